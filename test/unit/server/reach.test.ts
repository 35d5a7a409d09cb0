// Under which names a server answers: its own, and not those that somebody else made to lead here.
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { reachOf } from '#server/reach.ts';

describe('the reach of a server', () => {
  it('on this machine is this machine, by its usual names', () => {
    const { loopback, servesHost } = reachOf('127.0.0.1');
    expect(['127.0.0.1', '::1', 'localhost', 'rebound.example', '10.0.0.1'].map(servesHost)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(loopback).toBe(true);
  });

  it('on an address is that address', () => {
    const { loopback, servesHost } = reachOf('192.0.2.7');
    expect([loopback, servesHost('192.0.2.7'), servesHost('192.0.2.8')]).toEqual([false, true, false]);
  });

  it('on every address is the addresses of this machine, and no name that leads here', () => {
    const { loopback, servesHost } = reachOf('0.0.0.0');
    const own = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? []);
    expect(own.filter((address) => !servesHost(address))).toEqual([]);
    expect([loopback, servesHost('192.0.2.8'), servesHost('rebound.example')]).toEqual([false, false, false]);
  });

  it('behind a proxy is its name too, and no longer this machine alone', () => {
    const { loopback, servesHost } = reachOf('127.0.0.1', [
      'https://Quittance.example.org:8443/',
      'http://[2001:db8::1]',
    ]);
    expect(['quittance.example.org', '2001:db8::1', 'example.org'].map(servesHost)).toEqual([true, true, false]);
    expect(loopback).toBe(false);
  });

  it.each(['quittance.example.org', 'ftp://quittance.example.org', '', 'https://'])(
    'refuses --public-url %p',
    (url) => {
      expect(() => reachOf('127.0.0.1', [url])).toThrow(expect.objectContaining({ code: 'USAGE' }));
    },
  );
});
