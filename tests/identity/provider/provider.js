// A member's own OpenID provider, for tests: oidc-provider with its pages for development.
// Arguments: port, client id, client secret, redirect address.
import Provider from 'oidc-provider';

const [port, clientId, clientSecret, redirectUri] = process.argv.slice(2);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [redirectUri],
    },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  // Whoever signs in is who they say: `address`, or `subject=address`, unverified after a `?`.
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id.split('=')[0],
      email: id.replace('?', '').split('=').at(-1),
      email_verified: !id.startsWith('?'),
      name: 'Li Na',
    }),
  }),
  cookies: { keys: ['of no worth'] },
});

provider.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
