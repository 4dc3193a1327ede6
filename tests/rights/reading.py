"""The matrix of reading: every type with all its fields, and who sees which rows.

A new type or field of the schema has no line here, and the test fails until somebody has written
down who may see it.
"""

from collections.abc import Mapping

from tests.rights import small_world
from tests.rights.small_world import CALLERS, PEOPLE, VISIBILITIES

# Who sees rows of each sort:
#   everyone   public by nature
#   figure     by the visibility of each row, see FIGURES
#   managed    people and programs, see MANAGED
#   parties    engagements, see ENGAGEMENTS
#   owed       invoices and what belongs to them, see DUES
#   secretariat  sums over all invoices
#   merges     records that were merged, see MERGES
#   secretariat  the secretariat alone, see APPLICATIONS
#   keyed      whoever has the key of the application
#   decisions  decisions about memberships, see DECISIONS
#   people     who works in groups, see DELEGACIES
#   work       what groups do, see MEETINGS
#   seats      how many people there are: an organisation's own, see SEATS
#   secretary  the secretariat alone
#   guidance   what was published, and drafts for who manages it, see GUIDANCE
#   trail      the audit trail, see TRAIL
#   asker      the one who asks
#   modelled   what is in a version of a value chain: as far as that is seen
#   solved     what belongs to a solution: as far as it is seen
#   shared     parties to the allocation and who sees all of a party's figures, see SHARED
#   imported   who enters figures for the organisation, see IMPORTS
#   partners   whose partner it is, or who asked for a computation, see PARTNERS
#   bulk       for whom it was asked, as partners are seen
#   hooks      who manages webhooks of the organisation, see HOOKS
#   effect     by its own visibility and its solution's, and as figures
#   whole      who sees all of the claimant's figures
#   footprint  by its own visibility, and whom it is shared with, see PRODUCTS
#   product    as its footprints are
#   own        whose record the footprint or the product is
#   asked      who asks for a footprint and who is asked, see REQUESTS
#   within     no rows of their own: as far as the rows are seen that they are made of
TYPES: Mapping[str, tuple[str, str]] = {
    "Solution": (
        "figure",
        (
            "id reference name description category function functionalUnit unit "
            "lifetimeYears fossilUse fossilReason visibility version recordedAt organisation "
            "parts partOf roles sideEffects referenceScenarios comparisons effects"
        ),
    ),
    "SolutionRole": ("solved", "role explanation solution valueChain stage"),
    "SolutionSideEffect": ("solved", "objective finding explanation version source"),
    "ReferenceScenario": (
        "solved",
        (
            "id reference edition situation basis path reason description remainingLifeYears "
            "legalMinimum legalCap geography validFrom validTo recordedAt solution "
            "legalSource source"
        ),
    ),
    "FactorSeries": (
        "everyone",
        ("id reference edition name unit geography gwpSet recordedAt organisation source points"),
    ),
    "FactorPoint": ("everyone", "year value uncertainty series"),
    "Comparison": (
        "solved",
        (
            "id reference edition origin accounting gwpSet boundary baseYear rebound "
            "reboundReason factorsBeyond uncertaintyMethod recordedAt solution referenceScenario "
            "items"
        ),
    ),
    "ComparisonItem": (
        "solved",
        (
            "position stage name phase yearOfLife referenceEmissions solutionEmissions "
            "referenceQuantity solutionQuantity equalBecause referenceUncertainty "
            "solutionUncertainty sharesErrorWith specificity factorSeries source "
            "referenceDemand solutionDemand"
        ),
    ),
    # Of an activity, as far as its version is seen.
    "ComparisonDemand": ("solved", "activity amount"),
    "Effect": (
        "effect",
        (
            "id reference geography periodStart periodEnd timeframe referenceEmissions "
            "solutionEmissions avoided uncertainty low high signNotEstablished uncertaintyMethod "
            "uncertaintySeed specificity visibility version computedAt "
            "recordedAt solution valueChain referenceScenario comparison cohorts explanation "
            "allocations superseded restates restatedBy assessedClaims initiatives"
        ),
    ),
    "ChainVersion": (
        "figure",
        (
            "id reference title status visibility version recordedAt publishedOn valueChain "
            "organisation source copiedFrom copies activities outdated"
        ),
    ),
    "Activity": (
        "modelled",
        (
            "id code process name product unit output share geography periodStart periodEnd "
            "chainVersion organisation stage source inputs uses emissions suppliers customers "
            "footprint computedFootprints"
        ),
    ),
    "OutdatedActivity": ("modelled", "reason activity footprint newer laterVersion"),
    "ActivityExchange": (
        "modelled",
        "amount statedAmount statedUnit uncertainty errorSource consumer supplier source",
    ),
    "ActivityEmission": ("modelled", "gas massKg uncertainty errorSource"),
    "ActivityTier": ("modelled", "tier activity"),
    "ChainVersionConnection": ("within", "edges nodes pageInfo totalCount"),
    "ChainVersionEdge": ("within", "cursor node"),
    "ActivityConnection": ("within", "edges nodes pageInfo totalCount"),
    "ActivityEdge": ("within", "cursor node"),
    "ActivityExchangeConnection": ("within", "edges nodes pageInfo totalCount"),
    "ActivityExchangeEdge": ("within", "cursor node"),
    "ActivityEmissionConnection": ("within", "edges nodes pageInfo totalCount"),
    "ActivityEmissionEdge": ("within", "cursor node"),
    "ActivityTierConnection": ("within", "edges nodes pageInfo totalCount"),
    "ActivityTierEdge": ("within", "cursor node"),
    "Allocation": (
        "shared",
        (
            "id status version explanation proposedOn decidedOn remainderShare remainderKind "
            "effectMass members nonMembers platform joint unallocated gross net overlap effect "
            "proposedBy contributions"
        ),
    ),
    "EffectContribution": (
        "shared",
        "position kind role partyName share part claim answer reason answeredOn organisation",
    ),
    "EffectOverlap": (
        "secretary",
        "kind state waitingSince lastDecision earlier later current decisions",
    ),
    "EffectOverlapDecision": (
        "secretary",
        (
            "id number kind decision deductedEffect deductedShare reason decidedOn supersededOn "
            "recordedAt account earlier later"
        ),
    ),
    "EffectOverlapConnection": ("within", "edges nodes pageInfo totalCount"),
    "EffectOverlapEdge": ("within", "cursor node"),
    "EffectOverlapDecisionConnection": ("within", "edges nodes pageInfo totalCount"),
    "EffectOverlapDecisionEdge": ("within", "cursor node"),
    "AssessedClaim": (
        "figure",
        (
            "id reference status statement claim uncertainty specificity timeframe year "
            "visibility submittedOn acceptedOn assuredOn assuranceLevel publishedOn expiresOn "
            "endedOn endedBecause actsNext dueOn kept statementUrl version recordedAt organisation "
            "effect "
            "guidanceVersion assuranceBody assuranceDocument restates restatedBy basis gates "
            "gateReviews evidence steps"
        ),
    ),
    "ClaimGate": ("figure", "position outcome passesToday reviewedOn expiresOn gate"),
    "AssessedClaimBasis": ("whole", "effectMass share remainderShare allocation"),
    "ClaimGateReview": ("whole", "outcome reason reviewedOn expiresOn recordedAt gate account"),
    "ClaimEvidence": (
        "whole",
        "id kind title addedOn removedOn claim criterion document source account",
    ),
    "AssessedClaimStep": ("whole", "step before after reason deadline takenOn account"),
    "AssessedClaimConnection": ("within", "edges nodes pageInfo totalCount"),
    "AssessedClaimEdge": ("within", "cursor node"),
    "ClaimGateReviewConnection": ("within", "edges nodes pageInfo totalCount"),
    "ClaimGateReviewEdge": ("within", "cursor node"),
    "ClaimEvidenceConnection": ("within", "edges nodes pageInfo totalCount"),
    "ClaimEvidenceEdge": ("within", "cursor node"),
    "AssessedClaimStepConnection": ("within", "edges nodes pageInfo totalCount"),
    "AssessedClaimStepEdge": ("within", "cursor node"),
    "Product": (
        "product",
        (
            "id name description unit visibility version recordedAt organisation identifiers "
            "suggestions footprints requests"
        ),
    ),
    "ProductIdentifier": (
        "product",
        ("urn kind"),
    ),
    "ProductSuggestion": (
        "own",
        ("reason identifier similarity decision decidedOn version product"),
    ),
    "ProductConnection": (
        "within",
        ("edges nodes pageInfo totalCount"),
    ),
    "ProductEdge": (
        "within",
        ("cursor node"),
    ),
    "ProductSuggestionConnection": (
        "within",
        ("edges nodes pageInfo totalCount"),
    ),
    "ProductSuggestionEdge": (
        "within",
        ("cursor node"),
    ),
    "Footprint": (
        "footprint",
        (
            "id pactId status deprecatedOn deprecatedBecause origin receivedFrom visibility "
            "version recordedAt specVersion createdAt companyName companyIds productName "
            "productDescription productIds productClassifications precedingPfIds comment "
            "validityPeriodStart validityPeriodEnd validFrom validTo primaryDataShare "
            "geographyCountry pcf organisation product preceding following shares "
            "activity restsOnDeprecated outdated"
        ),
    ),
    "CarbonFootprint": (
        "footprint",
        (
            "declaredUnitAmount productMassPerDeclaredUnit pcfExcludingBiogenicUptake "
            "pcfIncludingBiogenicUptake fossilGhgEmissions fossilCarbonContent "
            "exemptedEmissionsPercent declaredUnitOfMeasurement referencePeriodStart "
            "referencePeriodEnd ipccCharacterizationFactors crossSectoralStandards "
            "packagingEmissionsIncluded ccsTechnologicalCo2CaptureIncluded primaryDataShare "
            "geographyRegionOrSubregion geographyCountry geographyCountrySubdivision "
            "boundaryProcessesDescription biogenicCarbonContent recycledCarbonContent "
            "landUseChangeGhgEmissions landCarbonLeakage landManagementFossilGhgEmissions "
            "landManagementBiogenicCo2Emissions landManagementBiogenicCo2Removals "
            "biogenicCo2Uptake biogenicNonCo2Emissions landAreaOccupation aircraftGhgEmissions "
            "packagingGhgEmissions packagingBiogenicCarbonContent outboundLogisticsGhgEmissions "
            "ccsTechnologicalCo2Capture technologicalCo2CaptureOrigin technologicalCo2Removals "
            "ccuCarbonContent ccuCalculationApproach ccuCreditCertification "
            "exemptedEmissionsDescription allocationRulesDescription productOrSectorSpecificRules "
            "secondaryEmissionFactorSources dqi verification"
        ),
    ),
    "DataQuality": (
        "footprint",
        ("technological geographical temporal"),
    ),
    "FootprintVerification": (
        "footprint",
        ("coverage providerName completedAt standardName comments"),
    ),
    "FootprintShare": (
        "own",
        ("sharedOn organisation"),
    ),
    "FootprintConnection": (
        "within",
        ("edges nodes pageInfo totalCount"),
    ),
    "FootprintEdge": (
        "within",
        ("cursor node"),
    ),
    "FootprintRequest": (
        "asked",
        (
            "id way status productName productIds comment askedEmail askedOn dueOn expiresOn "
            "endedOn endedBecause version organisation asked product footprint"
        ),
    ),
    "FootprintRequestConnection": (
        "within",
        ("edges nodes pageInfo totalCount"),
    ),
    "FootprintRequestEdge": (
        "within",
        ("cursor node"),
    ),
    "Pledge": (
        "figure",
        (
            "id reference disclosed statement quantity startsOn endsOn category methodology scope "
            "knownFrom visibility version withdrawnOn withdrawnBecause recordedAt organisation "
            "claim source terms progress"
        ),
    ),
    "PledgeTerms": (
        "figure",
        (
            "number statement quantity startsOn endsOn category methodology scope knownFrom "
            "knownTo source"
        ),
    ),
    "PledgeConnection": ("within", "edges nodes pageInfo totalCount"),
    "PledgeEdge": ("within", "cursor node"),
    "Progress": (
        "within",
        (
            "basis onDate startsOn endsOn quantity achieved share remaining years meanPerYear "
            "neededFrom yearsLeft neededPerYear periods leftOut missing path contributions"
        ),
    ),
    "ProgressPeriod": (
        "within",
        "startsOn endsOn year quantity organisation claim assessedClaim",
    ),
    "ProgressPeriodConnection": ("within", "edges nodes pageInfo totalCount"),
    "ProgressPeriodEdge": ("within", "cursor node"),
    "ProgressLeftOut": ("within", "reason organisation claim assessedClaim because"),
    "ProgressLeftOutConnection": ("within", "edges nodes pageInfo totalCount"),
    "ProgressLeftOutEdge": ("within", "cursor node"),
    "ProgressGap": ("within", "startsOn endsOn year"),
    "ProgressStep": ("within", "startsOn endsOn year needed neededByThen achieved"),
    "ProgressContribution": ("within", "quantity claims organisation"),
    "ProgressContributionConnection": ("within", "edges nodes pageInfo totalCount"),
    "ProgressContributionEdge": ("within", "cursor node"),
    "Partner": (
        "partners",
        (
            "id name baseUrl authUrl eventSources clientId scope version registeredAt removedAt "
            "organisation company client shares events errands faults"
        ),
    ),
    "PartnerShare": ("partners", "sharedAt partner footprint"),
    "ExchangeEvent": (
        "partners",
        (
            "id direction kind eventId address state attempts dueAt told data saidAt recordedAt "
            "endedAt partner request"
        ),
    ),
    "ExchangeErrand": (
        "partners",
        ("id errand state pages received recorded faulty attempts told askedAt endedAt partner"),
    ),
    "ChainComputation": (
        "partners",
        ("id status draws drawsWanted code message version askedAt startedAt endedAt"),
    ),
    "ChainComputationConnection": ("within", "edges nodes pageInfo totalCount"),
    "ChainComputationEdge": ("within", "cursor node"),
    "ExchangeFault": ("partners", "footprintId field message foundAt partner"),
    "PartnerConnection": ("within", "edges nodes pageInfo totalCount"),
    "PartnerEdge": ("within", "cursor node"),
    "PartnerShareConnection": ("within", "edges nodes pageInfo totalCount"),
    "PartnerShareEdge": ("within", "cursor node"),
    "ExchangeEventConnection": ("within", "edges nodes pageInfo totalCount"),
    "ExchangeEventEdge": ("within", "cursor node"),
    "ExchangeErrandConnection": ("within", "edges nodes pageInfo totalCount"),
    "ExchangeErrandEdge": ("within", "cursor node"),
    "ExchangeFaultConnection": ("within", "edges nodes pageInfo totalCount"),
    "ExchangeFaultEdge": ("within", "cursor node"),
    "BulkOperation": (
        "bulk",
        (
            "id kind document variables state rows failureCode told sizeBytes url askedAt beganAt "
            "endedAt organisation"
        ),
    ),
    "BulkOperationConnection": ("within", "edges nodes pageInfo totalCount"),
    "BulkOperationEdge": ("within", "cursor node"),
    "Webhook": (
        "hooks",
        (
            "id url description events query permissions version registeredAt formerUntil "
            "failingSince disabledAt disabledBecause removedAt organisation deliveries"
        ),
    ),
    "WebhookDelivery": (
        "hooks",
        "id messageId kind subject happenedAt state attempts dueAt told endedAt webhook log",
    ),
    "WebhookAttempt": ("hooks", "attemptedAt status tookMs answer told delivery"),
    "WebhookConnection": ("within", "edges nodes pageInfo totalCount"),
    "WebhookEdge": ("within", "cursor node"),
    "WebhookDeliveryConnection": ("within", "edges nodes pageInfo totalCount"),
    "WebhookDeliveryEdge": ("within", "cursor node"),
    "WebhookAttemptConnection": ("within", "edges nodes pageInfo totalCount"),
    "WebhookAttemptEdge": ("within", "cursor node"),
    "WebhookSecret": ("asker", "webhook secret"),
    "PartnerSecret": ("asker", "partner clientId clientSecret"),
    "StagedImport": (
        "imported",
        (
            "id kind status rowCount faultCount version recordedAt endedOn fileName sha256 "
            "organisation rows faults"
        ),
    ),
    "StagedImportConnection": ("within", "edges nodes pageInfo totalCount"),
    "StagedImportEdge": ("within", "cursor node"),
    "ImportedRow": ("imported", "position sheet number cells"),
    "ImportedRowConnection": ("within", "edges nodes pageInfo totalCount"),
    "ImportedRowEdge": ("within", "cursor node"),
    "ImportFault": ("imported", "position sheet number sheetColumn code message"),
    "ImportFaultConnection": ("within", "edges nodes pageInfo totalCount"),
    "ImportFaultEdge": ("within", "cursor node"),
    "AllocationConnection": ("within", "edges nodes pageInfo totalCount"),
    "AllocationEdge": ("within", "cursor node"),
    "EffectContributionConnection": ("within", "edges nodes pageInfo totalCount"),
    "EffectContributionEdge": ("within", "cursor node"),
    "EffectCohort": ("effect", "soldYear units retired"),
    "EffectLine": (
        "effect",
        (
            "position kind stage soldYear yearOfLife units partOfYear referenceEmissions "
            "solutionEmissions item factor source"
        ),
    ),
    "SolutionConnection": ("within", "edges nodes pageInfo totalCount"),
    "SolutionEdge": ("within", "cursor node"),
    "ReferenceScenarioConnection": ("within", "edges nodes pageInfo totalCount"),
    "ReferenceScenarioEdge": ("within", "cursor node"),
    "FactorSeriesConnection": ("within", "edges nodes pageInfo totalCount"),
    "FactorSeriesEdge": ("within", "cursor node"),
    "ComparisonConnection": ("within", "edges nodes pageInfo totalCount"),
    "ComparisonEdge": ("within", "cursor node"),
    "EffectConnection": ("within", "edges nodes pageInfo totalCount"),
    "EffectEdge": ("within", "cursor node"),
    "EffectLineConnection": ("within", "edges nodes pageInfo totalCount"),
    "EffectLineEdge": ("within", "cursor node"),
    "Attendance": ("work", "presence meeting delegacy"),
    "Delegacy": (
        "people",
        (
            "id office startsOn endsOn withdrawnAt inOffice appointedAt version name subject group "
            "organisation account"
        ),
    ),
    "DelegacyConnection": ("within", "edges nodes pageInfo totalCount"),
    "DelegacyEdge": ("within", "cursor node"),
    "GroupAttendance": ("work", "attended of organisation"),
    "GuidanceVersion": (
        "guidance",
        (
            "id reference title publisher edition issuedOn status publishedOn retiredOn "
            "retiredBecause version source replaces replacedBy gates"
        ),
    ),
    "GuidanceVersionConnection": ("within", "edges nodes pageInfo totalCount"),
    "GuidanceVersionEdge": ("within", "cursor node"),
    "GuidanceGate": (
        "guidance",
        "id position key title passesWhen validMonths guidanceVersion criteria",
    ),
    "GuidanceCriterion": ("guidance", "id position key text required gate evidence"),
    "GuidanceEvidence": ("guidance", "id position kind mustHold required criterion"),
    "InboxItem": ("secretary", "kind waitsFor since dueOn thing organisation application invoice"),
    "InboxItemConnection": ("within", "edges nodes pageInfo totalCount"),
    "InboxItemEdge": ("within", "cursor node"),
    "Meeting": (
        "work",
        (
            "id title startsAt endsAt timeZone heldOn place link agenda minutes cancelledAt "
            "cancelledBecause version group attendance"
        ),
    ),
    "MeetingConnection": ("within", "edges nodes pageInfo totalCount"),
    "MeetingEdge": ("within", "cursor node"),
    "OrganisationContact": ("managed", "name email since calledAt version organisation"),
    "Seats": ("seats", "granted taken free"),
    "WorkingGroup": (
        "everyone",
        "id name mandate startsOn endsOn version delegacies meetings attendance",
    ),
    "WorkingGroupConnection": ("within", "edges nodes pageInfo totalCount"),
    "WorkingGroupEdge": ("within", "cursor node"),
    "AuditActor": ("trail", "subject name"),
    "AuditChange": ("trail", "table rowId row before after entry"),
    "AuditChangeConnection": ("within", "edges nodes pageInfo totalCount"),
    "AuditChangeEdge": ("within", "cursor node"),
    "AuditClient": ("trail", "clientId name"),
    "AuditEntry": (
        "trail",
        "id at action note actor client actingOrganisation organisation changes",
    ),
    "AuditEntryConnection": ("within", "edges nodes pageInfo totalCount"),
    "AuditEntryEdge": ("within", "cursor node"),
    "Account": (
        "managed",
        "id name email emailVerified secondFactor createdAt disabledAt roles",
    ),
    "AccountConnection": (
        "within",
        "edges nodes pageInfo totalCount",
    ),
    "AccountEdge": (
        "within",
        "cursor node",
    ),
    "AssessedContribution": (
        "within",
        "claim effect member initiatives claimed own joint kept assured",
    ),
    "AssessedContributionConnection": ("within", "edges nodes pageInfo totalCount"),
    "AssessedContributionEdge": ("within", "cursor node"),
    "AssessedEmissions": ("within", "groups"),
    "AssessedEmissionsGroup": (
        "within",
        (
            "key net own joint gross overlap claims effects contributors assured specificity "
            "interval beside contributions"
        ),
    ),
    "AssessedEmissionsKey": (
        "within",
        (
            "timeframe year category valueChain initiative member group sector country assured "
            "undivided"
        ),
    ),
    "AvoidedEmissions": (
        "within",
        "groups leftOut",
    ),
    "AvoidedEmissionsGroup": (
        "within",
        "key total claims verifiedShare contributions leftOut",
    ),
    "AvoidedEmissionsKey": (
        "within",
        (
            "kind since year fiscalPeriod member group sector country category notBrokenDown "
            "initiative valueChain verified"
        ),
    ),
    "BesideTotal": ("within", "unallocated nonMembers platform"),
    "SpecificityMix": ("within", "lowest specific regional globalAverage"),
    "TotalInterval": ("within", "low high signNotEstablished"),
    "Claim": (
        "figure",
        (
            "id reference basis kind recordType fiscalLabel periodStart periodEnd year "
            "quantity qualifier asPublished category methodology series verifier verified "
            "separateFromParent quarantined quality notes publishedOn publishedAs knownOn "
            "visibility recordedAt organisation source partOf parts partsTotal "
            "partsDifference supersedes supersededBy methodChangeFrom initiatives valueChains "
            "coveredBy"
        ),
    ),
    "Application": (
        "secretariat",
        (
            "id reference stage version name aliases country lei domain sector revenue employees "
            "message contactName contactEmail asked askedUntil submittedAt organisation steps "
            "notes conflicts votes documents acceptance possibleDuplicates"
        ),
    ),
    "ApplicationConnection": ("within", "edges nodes pageInfo totalCount"),
    "ApplicationEdge": ("within", "cursor node"),
    "ApplicationStep": ("secretariat", "step before after reason deadline takenAt account"),
    "ApplicationNote": ("secretariat", "text notedAt account"),
    "ApplicationConflict": ("secretariat", "reason declaredAt account"),
    "ApplicationVote": ("secretariat", "vote reason votedAt counts account"),
    "TermsAcceptance": (
        "secretariat",
        "signatoryName signatoryTitle acceptedOn acceptedAt terms",
    ),
    "PossibleDuplicate": ("secretariat", "reasons organisation application"),
    # Of the applications by the secretariat, of one's own by its key.
    "Document": ("keyed", "name mediaType sizeBytes sha256 uploadedAt url"),
    "MyApplication": (
        "keyed",
        (
            "reference stage version name aliases country lei domain sector revenue employees "
            "message asked askedUntil rejectedBecause submittedAt organisation documents"
        ),
    ),
    "NewApplication": ("keyed", "application applicationKey"),
    "Terms": ("everyone", "id version text competitionLaw inForceFrom publishedAt"),
    "TermsConnection": ("within", "edges nodes pageInfo totalCount"),
    "TermsEdge": ("within", "cursor node"),
    "MembershipDecision": (
        "decisions",
        "id step before after effectiveOn deadline reason decidedAt account organisation",
    ),
    "ClaimConnection": (
        "within",
        "edges nodes pageInfo totalCount",
    ),
    "ClaimEdge": (
        "within",
        "cursor node",
    ),
    "CombinedEmployees": (
        "everyone",
        "known of total",
    ),
    "CombinedRevenue": (
        "everyone",
        "known undated converted of usd byCurrency rates",
    ),
    "ConsortiumProfile": (
        "everyone",
        "onDate memberCount joined left revenue employees bySector byRegion byCountry",
    ),
    "Contribution": (
        "within",
        "claim counted notBrokenDown",
    ),
    "ContributionConnection": (
        "within",
        "edges nodes pageInfo totalCount",
    ),
    "ContributionEdge": (
        "within",
        "cursor node",
    ),
    "CountryProfile": (
        "everyone",
        "country memberCount revenue employees",
    ),
    "CurrencyAmount": (
        "everyone",
        "currency amount known",
    ),
    "Dues": (
        "secretariat",
        (
            "year version revenueCurrency currency tiers invoices invoiceCount invoiced paid "
            "credited open overdue csv"
        ),
    ),
    "Engagement": (
        "parties",
        "id covers startsOn endsOn createdAt endedAt assurer client",
    ),
    "EngagementConnection": (
        "within",
        "edges nodes pageInfo totalCount",
    ),
    "EngagementEdge": (
        "within",
        "cursor node",
    ),
    "ExchangeRate": (
        "everyone",
        "currency year perUsd source",
    ),
    "ExchangeRateConnection": (
        "within",
        "edges nodes pageInfo totalCount",
    ),
    "ExchangeRateEdge": (
        "within",
        "cursor node",
    ),
    "IdentityProvider": (
        "managed",
        "id name issuer clientId defaultRole createdAt disabledAt organisation",
    ),
    "IdentityProviderConnection": (
        "within",
        "edges nodes pageInfo totalCount",
    ),
    "IdentityProviderEdge": (
        "within",
        "cursor node",
    ),
    "ImportedPayments": ("within", "entry rows booked unchanged errors"),
    "Initiative": (
        "everyone",
        (
            "id name convenor startYear description facts participantsAsPublished "
            "participantsAsOf source participants targets valueChains claims"
        ),
    ),
    "InitiativeConnection": (
        "within",
        "edges nodes pageInfo totalCount",
    ),
    "InitiativeEdge": (
        "within",
        "cursor node",
    ),
    "InitiativeParticipant": (
        "everyone",
        "name role asOf startsOn endsOn initiative organisation",
    ),
    "InitiativeParticipantConnection": (
        "within",
        "edges nodes pageInfo totalCount",
    ),
    "InitiativeParticipantEdge": (
        "within",
        "cursor node",
    ),
    "InitiativeTarget": (
        "everyone",
        "description targetYear quantity source progress",
    ),
    "Inventory": (
        "figure",
        (
            "id reference label periodStart periodEnd year scope1 scope2Location scope2Market "
            "scope2Unspecified scope3 total partsCheck partsDifference notes primarySource "
            "quality quarantined visibility recordedAt organisation source"
        ),
    ),
    "InventoryConnection": (
        "within",
        "edges nodes pageInfo totalCount",
    ),
    "InventoryEdge": (
        "within",
        "cursor node",
    ),
    "Invitation": (
        "managed",
        "id email roles createdAt expiresAt usedAt revokedAt organisation",
    ),
    "InvitationConnection": (
        "within",
        "edges nodes pageInfo totalCount",
    ),
    "InvitationEdge": (
        "within",
        "cursor node",
    ),
    "Invoice": (
        "owed",
        (
            "id number reference year months amount currency issuedOn dueOn paid credited open "
            "status organisation tier entries reminders"
        ),
    ),
    "InvoiceConnection": ("within", "edges nodes pageInfo totalCount"),
    "InvoiceEdge": ("within", "cursor node"),
    "InvoiceEntry": ("owed", "kind amount bookedOn bankReference reason recordedAt"),
    "InvoiceReminder": ("owed", "level sentOn mails"),
    "IssuedInvoices": ("within", "dues issued leftOut"),
    "LeftOut": (
        "within",
        "claim reason because counted",
    ),
    "LeftOutConnection": (
        "within",
        "edges nodes pageInfo totalCount",
    ),
    "LeftOutEdge": (
        "within",
        "cursor node",
    ),
    "MemberLeftOut": ("within", "organisation name reason"),
    "Membership": (
        "everyone",
        "id status startsOn endsOn evidenceAsOf notes recordedAt organisation source",
    ),
    "MembershipConnection": (
        "within",
        "edges nodes pageInfo totalCount",
    ),
    "MembershipEdge": (
        "within",
        "cursor node",
    ),
    "MembershipMovement": (
        "everyone",
        "since members",
    ),
    "Money": (
        "everyone",
        "amount currency year",
    ),
    "Organisation": (
        "everyone",
        (
            "id name aliases country sector lei revenue employees employeesYear notes "
            "recordedAt source sizeSource sizes parents subsidiaries stages initiatives claims "
            "memberships membership membershipDecisions inventories solutions periods period "
            "predecessors successors mergedInto invoices tierAssignments seats "
            "contactOfLastResort delegacies assessedClaims pledges products chainVersions"
        ),
    ),
    "OrganisationConnection": (
        "within",
        "edges nodes pageInfo totalCount",
    ),
    "OrganisationEdge": (
        "within",
        "cursor node",
    ),
    "OrganisationMerge": (
        "merges",
        "id reason mergedAt undoneAt duplicate survivor changes",
    ),
    "OrganisationMergeChange": (
        "merges",
        "table rowId before after stayed",
    ),
    "OrganisationMergeChangeConnection": (
        "within",
        "edges nodes pageInfo totalCount",
    ),
    "OrganisationMergeChangeEdge": (
        "within",
        "cursor node",
    ),
    "OrganisationMergeConnection": (
        "within",
        "edges nodes pageInfo totalCount",
    ),
    "OrganisationMergeEdge": (
        "within",
        "cursor node",
    ),
    "OrganisationPeriod": (
        "everyone",
        "startsOn endsOn name country sector source",
    ),
    "OrganisationSize": (
        "everyone",
        "year revenue revenueUsd employees recordedAt source",
    ),
    "PageInfo": (
        "within",
        "hasNextPage hasPreviousPage startCursor endCursor",
    ),
    "Parentage": (
        "everyone",
        "relation equityShare startsOn endsOn notes child parent source",
    ),
    "PartRevenue": (
        "everyone",
        "known undated converted of usd",
    ),
    "Quantity": (
        "within",
        "value low high bound",
    ),
    "Query": (
        "within",
        (
            "node nodes search organisation organisations viewer accounts invitations "
            "serviceClients identityProviders myApplication applications terms "
            "exchangeRates consortium members memberships "
            "engagements valueChain valueChains inventory inventories initiative initiatives "
            "claim claims avoidedEmissions organisationMerges auditEntries "
            "tiers tierAssignments invoice invoices dues workingGroup workingGroups delegacies "
            "meetings secretariatInbox solutions referenceScenarios factorSeries comparisons "
            "assessedEmissions effects allocations effectOverlaps guidanceVersion "
            "guidanceVersions assessedClaims stagedImports pledges product products footprints "
            "footprintRequests partners exchangeEvents exchangeErrands exchangeFaults "
            "chainVersions chainComputations webhooks webhookDeliveries bulkOperation "
            "bulkOperations"
        ),
    ),
    "RateUsed": (
        "everyone",
        "currency year perUsd members source",
    ),
    "Refusal": (
        "asker",
        "code message path",
    ),
    "RegionProfile": (
        "everyone",
        "region memberCount revenue employees",
    ),
    "RoleGrant": (
        "managed",
        "role grantedAt account organisation",
    ),
    "RowProblem": ("asker", "line column reason"),
    "SectorProfile": (
        "everyone",
        "sector memberCount revenue employees",
    ),
    "SearchResult": (
        "within",
        "nodes totalCount",
    ),
    "ServiceClient": (
        "managed",
        "id clientId name authMethod scopes createdAt disabledAt organisation",
    ),
    "ServiceClientConnection": (
        "within",
        "edges nodes pageInfo totalCount",
    ),
    "ServiceClientEdge": (
        "within",
        "cursor node",
    ),
    "ServiceClientSecret": ("within", "client secret"),
    "Source": (
        "everyone",
        "url title",
    ),
    "Tier": (
        "everyone",
        "id year name revenueCurrency revenueFrom revenueTo price currency seats",
    ),
    "TierAssignment": ("owed", "id year reason version assignedAt organisation tier"),
    "TierAssignmentConnection": ("within", "edges nodes pageInfo totalCount"),
    "TierAssignmentEdge": ("within", "cursor node"),
    "TierConnection": ("within", "edges nodes pageInfo totalCount"),
    "TierEdge": ("within", "cursor node"),
    "Succession": (
        "everyone",
        "kind effectiveOn recordedAt predecessor successor source",
    ),
    "ValueChain": (
        "everyone",
        "id name description source stages endStages initiatives claims versions",
    ),
    "ValueChainConnection": (
        "within",
        "edges nodes pageInfo totalCount",
    ),
    "ValueChainEdge": (
        "within",
        "cursor node",
    ),
    "ValueChainInitiative": (
        "everyone",
        "note initiative valueChain stage",
    ),
    "ValueChainParticipant": (
        "everyone",
        "role startsOn endsOn organisation stage",
    ),
    "ValueChainStage": (
        "everyone",
        "id name position valueChain downstream upstream participants initiatives",
    ),
    "Viewer": (
        "asker",
        "account organisation roles permissions",
    ),
}

# Of the owner's and of the other's figures. Everyone not named here sees the public's.
P, M, A = VISIBILITIES[:1], VISIBILITIES[:2], VISIBILITIES
FIGURES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = dict.fromkeys(CALLERS, (P, P)) | {
    "viewer": (A, M),
    "editor": (A, M),
    "approver": (A, M),
    "admin": (A, M),
    "other_viewer": (M, A),
    "other_approver": (M, A),
    "other_admin": (M, A),
    "assurer": (A, P),
    "secretariat": (A, A),
    "service_reads": (A, M),
    "service_writes": (A, M),
}
CLAIMS = {**FIGURES, "assurer_claims": (A, P)}
INVENTORIES = {**FIGURES, "assurer_inventories": (A, P)}

# Beyond these, the owner's private footprint that is shared with the other member.
_SHARED_WITH = ("other_viewer", "other_approver", "other_admin")
SHARED_FOOTPRINTS = {
    *_SHARED_WITH,
    *(name for name, (shown, _) in INVENTORIES.items() if "PRIVATE" in shown),
}
# Requests: one of the owner to the other, one of the owner's to an outsider.
_ASKING = ("viewer", "editor", "approver", "admin", "service_reads", "service_writes")
REQUESTS: Mapping[str, tuple[str, ...]] = (
    dict.fromkeys(CALLERS, ())
    | dict.fromkeys((*_ASKING, "secretariat"), ("one", "two"))
    | dict.fromkeys(_SHARED_WITH, ("one",))
)

_OF_OWNER = frozenset(name for name, (where, _) in PEOPLE.items() if where == "owner")
_OF_OTHER = frozenset(name for name, (where, _) in PEOPLE.items() if where == "other")
# People, by name: itself, those of the organisation for its admin, all for the secretariat.
ACCOUNTS: Mapping[str, frozenset[str]] = (
    {name: frozenset({name}) for name in (*PEOPLE, "nobody")}
    | {"public": frozenset()}
    | {"no_scope": frozenset({"editor"}), "write_scope": frozenset({"editor"})}
    | {"assure_scope": frozenset({"editor"})}
    | {"service_reads": frozenset(), "service_writes": frozenset()}
    | {"admin": _OF_OWNER, "other_admin": _OF_OTHER | {"editor"}}
    | {"secretariat": frozenset({*PEOPLE, "nobody"})}
)
# Invitations and clients of the two members.
MANAGED: Mapping[str, tuple[str, ...]] = dict.fromkeys(CALLERS, ()) | {
    "admin": ("owner",),
    "other_admin": ("other",),
    "secretariat": ("owner", "other"),
}
# Contacts of last resort.
CONTACTS: Mapping[str, tuple[str, ...]] = dict.fromkeys(CALLERS, ()) | dict.fromkeys(
    ("other_admin", "secretariat"), ("other",)
)
# The secretariat has no business with how a member's people sign in.
PROVIDERS = {**MANAGED, "secretariat": ()}

# Decisions, by the member they are about: for who represents it, and the secretariat.
DECISIONS: Mapping[str, tuple[str, ...]] = dict.fromkeys(CALLERS, ()) | {
    "admin": ("owner",),
    "other_admin": ("other",),
    "secretariat": ("owner", "other"),
}
# What a member owes: its admin, who acts for it, and the secretariat.
DUES = DECISIONS
APPLICATIONS: Mapping[str, tuple[str, ...]] = dict.fromkeys(CALLERS, ()) | {
    "secretariat": small_world.APPLICATIONS
}

_PARTIES = ("assurer", "past", "future", "ended", "claims_only", "inventories_only")
ENGAGEMENTS: Mapping[str, tuple[str, ...]] = (
    dict.fromkeys(CALLERS, ())
    | dict.fromkeys(("viewer", "editor", "approver", "admin", "secretariat"), _PARTIES)
    | dict.fromkeys(("service_reads", "service_writes"), _PARTIES)
    | dict.fromkeys(("assurer", "assurer_as_viewer", "assure_scope"), ("assurer",))
    | {
        "assurer_past": ("past",),
        "assurer_future": ("future",),
        "assurer_ended": ("ended",),
        "assurer_claims": ("claims_only",),
        "assurer_inventories": ("inventories_only",),
    }
)

# Who manages organisations sees which records were merged.
MERGES = {"secretariat"}
_WORKING = ("owner chair", "owner delegate", "participant delegate")
# Members see everyone's people, others their organisation's and themselves.
DELEGACIES: Mapping[str, tuple[str, ...]] = (
    dict.fromkeys(CALLERS, ())
    | dict.fromkeys(("viewer", "editor", "approver", "admin", "secretariat"), _WORKING)
    | dict.fromkeys(("other_viewer", "other_approver", "other_admin"), _WORKING)
    | dict.fromkeys(("service_reads", "service_writes"), _WORKING)
    | {"participant": ("participant delegate",)}
    # The editor's tokens, whatever they carry.
    | dict.fromkeys(("no_scope", "write_scope", "assure_scope"), ("owner delegate",))
)
# Organisations with somebody in the group, and the secretariat.
MEETINGS: Mapping[str, tuple[str, ...]] = dict.fromkeys(CALLERS, ()) | dict.fromkeys(
    (
        *("viewer", "editor", "approver", "admin", "participant", "secretariat"),
        *("service_reads", "service_writes"),
    ),
    ("held", "planned"),
)
# Whose seats, of the two members.
SEATS: Mapping[str, tuple[str, ...]] = (
    dict.fromkeys(CALLERS, ())
    | dict.fromkeys(("viewer", "editor", "approver", "admin"), ("owner",))
    | dict.fromkeys(("service_reads", "service_writes"), ("owner",))
    | dict.fromkeys(("other_viewer", "other_approver", "other_admin"), ("other",))
    | {"secretariat": ("owner", "other")}
)
# Versions of guidance, and what is below them.
GUIDANCE: Mapping[str, tuple[str, ...]] = dict.fromkeys(CALLERS, ("published", "retired")) | {
    "secretariat": ("published", "retired", "draft")
}
# Who decides about overlaps.
OVERLAPS = {"secretariat"}
# The secretariat's own.
INBOX = {"secretariat"}

# Who reads the whole trail, and who what concerns the owner.
TRAIL = {"auditor", "secretariat"}
TRAIL_OF_OWNER = TRAIL | {"admin"}

# Allocations: one of the owner's with a non-member, one of the owner and the other member.
SHARED: Mapping[str, tuple[str, ...]] = {
    caller: tuple(
        name
        for name, parties in (("own", (True, False)), ("both", (True, True)))
        if any(
            is_party and "PRIVATE" in shown
            for is_party, shown in zip(parties, CLAIMS[caller], strict=True)
        )
    )
    for caller in CALLERS
}

# Claims of the owner by their names, and one of the other member: as far as figures are seen.
_IN_WORK = ("draft", "submitted", "asked", "reviewed")
ASSESSED: Mapping[str, tuple[str, ...]] = {
    caller: (
        *(("owner PUBLIC",) if "PUBLIC" in own else ()),
        *(("owner CONSORTIUM",) if "CONSORTIUM" in own else ()),
        *(_IN_WORK if "PRIVATE" in own else ()),
        *(("accepted",) if "PRIVATE" in others else ()),
    )
    for caller, (own, others) in CLAIMS.items()
}
# How they were made, where they are seen whole.
PROOFS: Mapping[str, tuple[str, ...]] = {
    caller: tuple(name for name in shown if "PRIVATE" in CLAIMS[caller][name == "accepted"])
    for caller, shown in ASSESSED.items()
}
# The owner's import: who enters its figures.
IMPORTS: Mapping[str, tuple[str, ...]] = dict.fromkeys(CALLERS, ()) | dict.fromkeys(
    ("editor", "approver", "service_writes"), ("own",)
)
# The owner's partner: its people and systems that read its figures.
PARTNERS: Mapping[str, tuple[str, ...]] = dict.fromkeys(CALLERS, ()) | dict.fromkeys(
    ("viewer", "editor", "approver", "admin", "service_reads", "service_writes"), ("own",)
)
# The owner's webhooks, of which the first was sent something: its admin.
HOOKS: Mapping[str, tuple[str, ...]] = dict.fromkeys(CALLERS, ()) | {"admin": ("own", "resting")}
