// A directory of people that speaks OpenID Connect: oidc-provider, on a socket. It knows nothing of our client; whoever
// comes to its page is signed in as `who()` at once.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export interface TestDirectory {
  readonly issuer: string;
  /** Who sits in front of the browser, and their groups. */
  who: { readonly name: string; readonly groups: readonly string[] };
  close(): void;
}

export const CLIENT = { clientId: 'quittance', clientSecret: 'a-secret-of-this-test-alone' } as const;

export const testDirectory = async (redirectUri: string): Promise<TestDirectory> => {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  const found: TestDirectory = {
    issuer,
    who: { name: 'filer.finn', groups: ['filers'] },
    close: () => (server.closeAllConnections(), server.close()),
  };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: id, groups: [...found.who.groups] }),
    }),
  });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void answer(request, response);
    void (async () => {
      const { prompt, params, session } = await provider.interactionDetails(request, response);
      const agreed = async () => {
        const grant = new provider.Grant({
          accountId: session?.accountId ?? found.who.name,
          clientId: String(params['client_id']),
        });
        grant.addOIDCScope(String(params['scope']));
        return { consent: { grantId: await grant.save() } };
      };
      const result = prompt.name === 'login' ? { login: { accountId: found.who.name } } : await agreed();
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
    })();
  });
  return found;
};

/** A browser at the directory: it follows addresses with the directory's cookies until it is sent back. */
export const throughDirectory = async (address: string, back: string): Promise<URL> => {
  const cookies = new Map<string, string>();
  let at = new URL(address);
  for (let hops = 0; hops < 12 && !at.href.startsWith(back); hops += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(at, { redirect: 'manual', headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const next = response.headers.get('location');
    if (next === null) throw new Error(`the directory answers ${response.status}: ${await response.text()}`);
    at = new URL(next, at);
  }
  return at;
};
