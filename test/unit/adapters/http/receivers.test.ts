// Where messages to webhooks may go: by every form of an address, by names that resolve to more than one or to another
// one a moment later, by redirects; and what of an answer is waited for.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { isPublicAddress } from '#adapters/http/public-address.ts';
import { addressFor, httpReceivers } from '#adapters/http/receivers.ts';
import { receiverUrl } from '#core/webhooks.ts';
import { outcome } from '#test/contract/contract.ts';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => (server.closeAllConnections(), server.close())));

const listening = async (answer: RequestListener): Promise<number> => {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

describe('an address', () => {
  it.each([
    ...[
      '8.8.8.8',
      '1.1.1.1',
      '172.15.255.255',
      '172.32.0.1',
      '100.63.0.1',
      '192.169.0.1',
      '198.20.0.1',
      '223.255.255.1',
    ],
    ...['2606:4700::1111', '2a00:1450:4001::1', '2001:4860:4860::8888'],
  ])('%s is public', (address) => expect(isPublicAddress(address)).toBe(true));

  it.each([
    ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['169.254.169.254', '100.64.0.1', '100.127.255.255', '192.0.0.8', '192.0.2.1', '198.18.0.1', '198.19.255.255'],
    ...['198.51.100.1', '203.0.113.9', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
    ...['::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1', '100::1'],
    ...['fc00::1', 'fd12:3456::1', 'fe80::1', 'fe80::1%eth0', 'ff02::1', 'fec0::1', '2001::1', '2001:db8::1'],
    ...['2002:7f00:1::', '2002:a9fe:a9fe::1', '3fff::1', '4000::1', 'localhost', '', '127.1', '0x7f000001'],
  ])('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('a receiver', () => {
  const resolvesTo = (...addresses: string[]) => ({ resolve: async () => addresses });

  it.each([
    ['https://127.0.0.1/', []],
    ['https://[::1]/', []],
    ['https://[::ffff:7f00:1]/', []],
    ['https://2130706433/', []], // 127.0.0.1 in one number
    ['https://0x7f.1/', []],
    ['https://017700000001/', []],
    ['https://169.254.169.254/latest/meta-data/', []],
    ['https://hooks.example/', ['10.0.0.7']],
    ['https://hooks.example/', ['93.184.215.14', '127.0.0.1']],
    ['https://hooks.example/', ['2606:4700::1111', 'fd00::1']],
    ['https://hooks.example/', []],
    ['http://hooks.example/', ['93.184.215.14']],
  ])('at %s (%s) gets nothing', async (url, addresses) => {
    const { post } = httpReceivers(resolvesTo(...addresses));
    expect(await outcome(post(url, {}, '{}'))).toBe('WEBHOOK_ADDRESS');
  });

  it.each([
    'ftp://a.example/',
    'https://user:pass@a.example/',
    'https://a.example/#x',
    'a.example',
    `https://a.example/${'x'.repeat(1000)}`,
  ])('cannot be at %s', (url) => expect(() => receiverUrl(url)).toThrow('no address'));

  it('is connected to at the address that was looked at, whatever its name says a moment later', async () => {
    const asked: string[] = [];
    const port = await listening((request, response) => (asked.push(request.headers.host ?? ''), response.end()));
    const answers = [['127.0.0.1'], ['192.0.2.99']];
    const { post } = httpReceivers({
      inside: [`hooks.example:${port}`],
      resolve: async () => answers.shift() ?? [],
    });
    expect(await post(`http://hooks.example:${port}/`, {}, '{}')).toMatchObject({ status: 200 });
    expect([asked, answers.length]).toEqual([[`hooks.example:${port}`], 1]); // asked once, and not for the connection
  });

  it('inside is one by name and port alone', async () => {
    const options = { inside: ['127.0.0.1:8443'] };
    expect(await addressFor(new URL('http://127.0.0.1:8443/'), options)).toBe('127.0.0.1');
    expect(await outcome(addressFor(new URL('http://127.0.0.1:8444/'), options))).toBe('WEBHOOK_ADDRESS');
  });

  it('that leads on is not followed', async () => {
    const asked: string[] = [];
    const port = await listening((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    const { post } = httpReceivers({ inside: [`127.0.0.1:${port}`] });
    expect(await post(`http://127.0.0.1:${port}/first`, {}, '{}')).toMatchObject({ status: 307 });
    expect(asked).toEqual(['/first']);
  });

  it('that never answers, or answers without end, is not waited for', async () => {
    const silent = await listening(() => undefined);
    const { post } = httpReceivers({ inside: [`127.0.0.1:${silent}`], patienceMs: 50 });
    expect(await outcome(post(`http://127.0.0.1:${silent}/`, {}, '{}'))).toBe('SERVICE_UNAVAILABLE');
    const endless = await listening((_, response) => void response.writeHead(200, { 'retry-after': '7' }).write('x'));
    const other = httpReceivers({ inside: [`127.0.0.1:${endless}`] });
    expect(await other.post(`http://127.0.0.1:${endless}/`, {}, '{}')).toEqual({ status: 200, retryAfterSeconds: 7 });
  });
});
