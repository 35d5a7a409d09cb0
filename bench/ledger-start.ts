// A fresh process of the ledger bench: reads the end of the log of a data folder, and prints what that took.
// Trap: the most memory that a process ever had counts its parent's too, so that what it has at the end is said.
import { localStores } from '#adapters/local/index.ts';
import { readLog } from '#core/ledger/log.ts';

const [dir] = process.argv.slice(2);
if (dir === undefined) throw new Error('which data folder? bench/ledger.ts names it');
const stores = localStores(dir, { lock: false });
await readLog(stores);
const { user, system } = process.cpuUsage();
const rss = process.memoryUsage.rss() / 2 ** 20;
console.log(JSON.stringify({ ms: performance.now(), cpu: (user + system) / 1000, rss }));
stores.close();
