"""Merge two records of one organisation, and undo that."""

from consortium.reorganisations.actions.merging.merge import MergeOrganisations, merge_organisations
from consortium.reorganisations.actions.merging.unmerge import (
    UnmergeOrganisations,
    unmerge_organisations,
)

__all__ = [
    "MergeOrganisations",
    "UnmergeOrganisations",
    "merge_organisations",
    "unmerge_organisations",
]
