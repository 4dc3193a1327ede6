import * as oauth from 'oauth4webapi';
import { useSyncExternalStore } from 'react';

/**
 * Signing in from the query page: the authorization code flow with PKCE (RFC 7636), as a public
 * client of the server that the page came from. What is given lives as long as the tab does.
 */

const CLIENT: oauth.Client = { client_id: 'consortium-console' };
const KEPT = 'consortium.session';
const PENDING = 'consortium.sign-in';
/** A token is renewed when it has this long to live, in milliseconds. */
const MARGIN = 30_000;

interface Session {
  readonly name: string;
  readonly accessToken: string;
  readonly expiresAt: number;
  readonly refreshToken?: string;
  readonly idToken?: string;
}

interface Pending {
  readonly state: string;
  readonly verifier: string;
  readonly query: string | null;
}

const base = new URL('.', document.baseURI);
const redirectUri = new URL('./', base).href;
const issuer = new URL(base.href.replace(/\/$/, ''));
// Without TLS only on this very machine: browsers and the server both see to that.
const options = { [oauth.allowInsecureRequests]: base.protocol === 'http:' };

let session: Session | undefined = read<Session>(KEPT);
let problem: string | undefined;
let renewal: Promise<Session | undefined> | undefined;
let server: Promise<oauth.AuthorizationServer> | undefined;
const listeners = new Set<() => void>();

function read<T>(key: string): T | undefined {
  const text = sessionStorage.getItem(key);
  return text === null ? undefined : (JSON.parse(text) as T);
}

function keep(next: Session | undefined): void {
  session = next;
  if (next) sessionStorage.setItem(KEPT, JSON.stringify(next));
  else sessionStorage.removeItem(KEPT);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Who has signed in; undefined for a visitor. */
export function useSession(): Session | undefined {
  return useSyncExternalStore(subscribe, () => session);
}

/** Why the last attempt to sign in failed. */
export function useProblem(): string | undefined {
  return useSyncExternalStore(subscribe, () => problem);
}

function discovered(): Promise<oauth.AuthorizationServer> {
  server ??= oauth
    .discoveryRequest(issuer, { algorithm: 'oidc', ...options })
    .then((response) => oauth.processDiscoveryResponse(issuer, response));
  return server;
}

/** Leaves for the sign-in page; the answer comes back to this page. */
export async function signIn(): Promise<void> {
  const as = await discovered();
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const pending: Pending = { state, verifier, query: location.search || null };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const address = new URL(required(as.authorization_endpoint));
  address.search = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT.client_id,
    redirect_uri: redirectUri,
    // What the person may not do is not granted, whatever is asked for.
    scope: (as.scopes_supported ?? ['openid']).join(' '),
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString();
  location.assign(address);
}

/** Takes the answer of the sign-in page out of the address and redeems its code. */
export async function completeSignIn(): Promise<void> {
  const pending = read<Pending>(PENDING);
  const address = new URL(location.href);
  const answered = address.searchParams.has('code') || address.searchParams.has('error');
  if (!pending || !answered || !address.searchParams.has('state')) return;
  sessionStorage.removeItem(PENDING);
  history.replaceState(null, '', `${base.pathname}${pending.query ?? ''}`);
  try {
    const as = await discovered();
    const params = oauth.validateAuthResponse(as, CLIENT, address, pending.state);
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      CLIENT,
      oauth.None(),
      params,
      redirectUri,
      pending.verifier,
      options,
    );
    const result = await oauth.processAuthorizationCodeResponse(as, CLIENT, response, {
      requireIdToken: true,
    });
    keep(toSession(result, undefined));
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
    keep(undefined);
  }
}

function toSession(given: oauth.TokenEndpointResponse, before: Session | undefined): Session {
  const claims = given.id_token ? oauth.getValidatedIdTokenClaims(given) : undefined;
  const name = claims?.['name'];
  return {
    name: typeof name === 'string' && name ? name : (before?.name ?? 'Signed in'),
    accessToken: given.access_token,
    expiresAt: Date.now() + (given.expires_in ?? 60) * 1000,
    refreshToken: given.refresh_token ?? before?.refreshToken,
    idToken: given.id_token ?? before?.idToken,
  };
}

/** Asks as whoever has signed in. */
export const authorizedFetch: typeof fetch = async (input, init) => {
  const current = await renewed();
  const headers = new Headers(init?.headers);
  if (current && !headers.has('authorization')) {
    headers.set('authorization', `Bearer ${current.accessToken}`);
  }
  return fetch(input, { ...init, headers });
};

async function renewed(): Promise<Session | undefined> {
  if (!session || Date.now() < session.expiresAt - MARGIN) return session;
  // Two requests at once share one renewal: the refresh token is good for one.
  renewal ??= renew(session).finally(() => {
    renewal = undefined;
  });
  return renewal;
}

async function renew(ending: Session): Promise<Session | undefined> {
  let next: Session | undefined;
  try {
    if (ending.refreshToken) {
      const as = await discovered();
      const token = ending.refreshToken;
      const response = await oauth.refreshTokenGrantRequest(
        as,
        CLIENT,
        oauth.None(),
        token,
        options,
      );
      next = toSession(await oauth.processRefreshTokenResponse(as, CLIENT, response), ending);
    }
  } catch {
    next = undefined;
  }
  keep(next);
  return next;
}

/** Gives back what was given, and leaves for the server's own sign-out. */
export async function signOut(): Promise<void> {
  const ended = session;
  keep(undefined);
  const as = await discovered();
  const token = ended?.refreshToken ?? ended?.accessToken;
  if (token) {
    await oauth.revocationRequest(as, CLIENT, oauth.None(), token, options);
  }
  if (!as.end_session_endpoint || !ended?.idToken) return;
  const address = new URL(as.end_session_endpoint);
  address.search = new URLSearchParams({
    client_id: CLIENT.client_id,
    id_token_hint: ended.idToken,
    post_logout_redirect_uri: redirectUri,
  }).toString();
  location.assign(address);
}

function required(address: string | undefined): string {
  if (!address) throw new Error('The server does not say where to sign in.');
  return address;
}
