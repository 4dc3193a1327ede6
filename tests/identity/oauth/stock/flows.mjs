// Every flow with oauth4webapi, from nothing but the API's address: prints what it got, as JSON.
import * as oauth from "oauth4webapi";

const given = JSON.parse(process.argv[2]);
const insecure = { [oauth.allowInsecureRequests]: true };
const api = new URL(given.api);

const resource = await oauth.processResourceDiscoveryResponse(
  api,
  await oauth.resourceDiscoveryRequest(api, insecure),
);
const issuer = new URL(resource.authorization_servers[0]);
const discovered = {};
for (const algorithm of ["oidc", "oauth2"]) {
  discovered[algorithm] = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { algorithm, ...insecure }),
  );
}
const as = discovered.oidc;

const key = await crypto.subtle.importKey(
  "jwk", given.assertion.jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"],
);
const service = { client_id: given.service.id };
const ways = {
  basic: [service, oauth.ClientSecretBasic(given.service.secret)],
  post: [{ client_id: given.post.id }, oauth.ClientSecretPost(given.post.secret)],
  private_key_jwt: [
    { client_id: given.assertion.id },
    oauth.PrivateKeyJwt({ key, kid: given.assertion.jwk.kid }),
  ],
};
const systems = {};
for (const [way, [client, auth]] of Object.entries(ways)) {
  const parameters = { scope: "figures:read", resource: given.api };
  const tokens = await oauth.processClientCredentialsResponse(
    as,
    client,
    await oauth.clientCredentialsGrantRequest(as, client, auth, parameters, insecure),
  );
  const request = new Request(given.api, {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  });
  const claims = await oauth.validateJwtAccessToken(as, request, given.api, insecure);
  systems[way] = { scope: tokens.scope, organisation: claims.organisation };
}

async function signIn(client, auth) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const nonce = oauth.generateRandomNonce();
  const url = new URL(as.authorization_endpoint);
  const asked = {
    client_id: client.client_id,
    redirect_uri: given.callback,
    response_type: "code",
    scope: "openid profile email offline_access figures:read",
    resource: given.api,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  const answer = await fetch(url, { redirect: "manual" });
  const back = new URL(answer.headers.get("location"));
  const parameters = oauth.validateAuthResponse(as, client, back, state);
  const first = await oauth.processAuthorizationCodeResponse(
    as,
    client,
    await oauth.authorizationCodeGrantRequest(
      as, client, auth, parameters, given.callback, verifier, insecure,
    ),
    { expectedNonce: nonce, requireIdToken: true },
  );
  const claims = oauth.getValidatedIdTokenClaims(first);

  const second = await oauth.processRefreshTokenResponse(
    as,
    client,
    await oauth.refreshTokenGrantRequest(as, client, auth, first.refresh_token, insecure),
  );
  const user = await oauth.processUserInfoResponse(
    as,
    client,
    claims.sub,
    await oauth.userInfoRequest(as, client, second.access_token, insecure),
  );
  const answered = await oauth.protectedResourceRequest(
    second.access_token,
    "POST",
    api,
    new Headers({ "content-type": "application/json" }),
    JSON.stringify({ query: "{ __typename }" }),
    insecure,
  );

  const [asking, asker] = ways.basic;
  const introspect = async (token) =>
    oauth.processIntrospectionResponse(
      as, asking, await oauth.introspectionRequest(as, asking, asker, token, insecure),
    );
  const before = await introspect(second.access_token);
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(as, client, auth, second.refresh_token, insecure),
  );
  const after = await introspect(second.access_token);

  const leaving = new URL(as.end_session_endpoint);
  leaving.searchParams.set("id_token_hint", first.id_token);
  leaving.searchParams.set("client_id", client.client_id);
  leaving.searchParams.set("post_logout_redirect_uri", given.signedOut);
  leaving.searchParams.set("state", state);
  const left = given.leaves === client.client_id ? await fetch(leaving, { redirect: "manual" }) : null;
  return {
    email: user.email,
    answered: await answered.json(),
    active: [before.active, after.active],
    left: left && left.headers.get("location") === `${given.signedOut}?state=${state}`,
  };
}

const people = {
  web: await signIn({ client_id: given.web.id }, oauth.ClientSecretBasic(given.web.secret)),
  spa: await signIn({ client_id: given.spa }, oauth.None()),
};

// A client that mixes issuers up notices by `iss` (RFC 9207).
let mixedUp = null;
try {
  const other = { ...as, issuer: "https://other.example" };
  const url = new URL(`${given.callback}?code=x&state=s&iss=${encodeURIComponent(as.issuer)}`);
  oauth.validateAuthResponse(other, { client_id: given.spa }, url, "s");
} catch (error) {
  mixedUp = error.message;
}

console.log(JSON.stringify({ systems, people, mixedUp }));
