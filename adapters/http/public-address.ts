// Which addresses are public: those that an address in somebody's hands may have us connect to. Source: IANA's special
// purpose address registries for IPv4 and IPv6 (RFC 6890 and its updates).
// Trap: of IPv6 only what is given out for the public is let through, so that an IPv4 address inside another form
// (mapped, translated, 6to4, Teredo) cannot lead inside.
import { BlockList, isIPv4, isIPv6 } from 'node:net';

const listed = (family: 'ipv4' | 'ipv6', ranges: readonly (readonly [string, number])[]): BlockList => {
  const list = new BlockList();
  for (const [net, prefix] of ranges) list.addSubnet(net, prefix, family);
  return list;
};

const SPECIAL_V4 = listed('ipv4', [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // carriers' own
  ['127.0.0.0', 8],
  ['169.254.0.0', 16], // the link, and clouds' metadata
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24], // documentation
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15], // measurements
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and broadcast
]);

const GIVEN_OUT_V6 = listed('ipv6', [['2000::', 3]]);
const SPECIAL_V6 = listed('ipv6', [
  ['2001::', 23], // Teredo, benchmarking, ORCHID and others
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4: an IPv4 address inside
  ['2620:4f:8000::', 48],
  ['3fff::', 20], // documentation
]);

/** `address` as it is printed, without brackets. What is no address is not public. */
export const isPublicAddress = (address: string): boolean => {
  if (isIPv4(address)) return !SPECIAL_V4.check(address, 'ipv4');
  return (
    isIPv6(address) &&
    !address.includes('%') &&
    GIVEN_OUT_V6.check(address, 'ipv6') &&
    !SPECIAL_V6.check(address, 'ipv6')
  );
};
