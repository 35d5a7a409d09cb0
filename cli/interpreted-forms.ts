// Imported before every schema of a process that reads each form once or a few times: compiling a parser for it would
// take longer than reading does. Trap: a schema looks at this setting when it is made, so that it does nothing for
// those that were made before.
import { z } from 'zod';

z.config({ jitless: true });
