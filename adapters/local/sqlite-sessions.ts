// Sessions of people who are signed in, in a database of their own that a command may read and write while the server
// runs. A session is known by 32 random bytes that only its browser has; here lies their digest.
// Trap: a row says that a session was begun, not that it still holds: `credential` names what its person was when it
// began, and whoever asks compares that with what the person is now.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { digestOf } from '#core/canonical.ts';
import { openDatabase, transaction } from '#state-machine/sqlite.ts';

const SCHEMA = `CREATE TABLE IF NOT EXISTS sessions (
  digest TEXT PRIMARY KEY,
  principal TEXT NOT NULL,
  credential TEXT NOT NULL,
  began TEXT NOT NULL,
  ends TEXT NOT NULL
)`;

const Session = z.object({
  digest: z.string(),
  principal: z.string(),
  credential: z.string(),
  /** RFC 3339, UTC. */
  began: z.string(),
  ends: z.string(),
});
export type Session = z.infer<typeof Session>;

export interface Sessions {
  /** What the browser keeps. */
  begin(session: Omit<Session, 'digest'>): string;
  /** The session of these bytes that has not ended by `now`. */
  find(secret: string, now: Date): Session | undefined;
  /** The sessions that have not ended by `now`, oldest first. */
  list(now: Date): Session[];
  end(digests: readonly string[]): void;
  /** One after the other with every other process that does so. */
  exclusively<R>(act: () => R): R;
  close(): void;
}

/** What a session is called by where it is shown: enough of its digest to tell it from others. */
export const sessionId = ({ digest }: Session): string => digest.slice('sha256:'.length, 'sha256:'.length + 12);

export const sessionDigest = (secret: string): string => digestOf(secret);

export const sqliteSessions = (dir: string): Sessions => {
  const db = openDatabase(join(dir, 'sessions.sqlite'), SCHEMA);
  return {
    begin: (session) => {
      const secret = randomBytes(32).toString('base64url');
      const { principal, credential, began, ends } = session;
      transaction(db, () => {
        db.prepare('DELETE FROM sessions WHERE ends <= ?').run(began);
        const row = [sessionDigest(secret), principal, credential, began, ends];
        db.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, ?)').run(...row);
      });
      return secret;
    },
    find: (secret, now) => {
      const query = 'SELECT * FROM sessions WHERE digest = ? AND ends > ?';
      const row = db.prepare(query).get(sessionDigest(secret), now.toISOString());
      return row && Session.parse(row);
    },
    list: (now) =>
      db
        .prepare('SELECT * FROM sessions WHERE ends > ? ORDER BY began, digest')
        .all(now.toISOString())
        .map((row) => Session.parse(row)),
    end: (digests) =>
      transaction(db, () => {
        const end = db.prepare('DELETE FROM sessions WHERE digest = ?');
        for (const digest of digests) end.run(digest);
      }),
    exclusively: (act) => transaction(db, act),
    close: () => db.close(),
  };
};
