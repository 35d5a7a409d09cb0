// What a served model says in place of an answer that is withheld. Trap: who asks is mostly a third party, and that a
// person has asked to be forgotten is personal data as well: a sentence that names a reason tells everybody of it.
import { z } from 'zod';

export const WITHHELD = 'No answer can be given to this question.';

/** Stems of words by which a sentence would tell that a request is open, in the languages of the regimes at hand. */
const TELLING = [
  ...[
    'request',
    'delet',
    'eras',
    'forg[eo]t',
    'remov',
    'withh[eo]ld',
    'unlearn',
    'suppress',
    'privacy',
    'data protection',
  ],
  ...['gdpr', 'ccpa', 'lgpd', 'legal', '\\blaws?\\b', '\\bcourts?\\b', 'personal'],
  ...['anfrage', 'antrag', 'lösch', 'vergess', 'datenschutz', 'dsgvo', 'recht', 'persönlich', 'person[ae]l'],
  ...['demande', 'supprim', 'effac', 'oubli', 'rgpd', 'droit', '\\bloi\\b', 'vie privée', 'personnel'],
  ...['solicit', 'borr', 'suprim', 'olvid', 'derecho', '\\bley\\b', 'richiest', 'cancell', 'diritto', 'legge'],
  ...['pedido', 'apag', 'esquec', 'direito', 'verzoek', 'verwijder', 'vergeet', 'wniosek', 'usuni', 'zapomn', 'prawo'],
  ...['削除', '請求', '个人', '删除', '请求', '삭제', '요청', 'удал', 'запрос', 'забы'],
];
const TELLS = new RegExp(TELLING.join('|'), 'iu');

/** The sentence of an installation, in its language. */
export const WithheldAnswer = z
  .string()
  .max(200)
  .refine((text) => text.trim() !== '' && !/[\p{Cc}\p{Cf}\p{Cs}]/u.test(text), 'one line of text')
  .refine(
    (text) => !TELLS.test(text.normalize('NFC')),
    'no word of requests, deletion, persons or law: it tells others',
  );
