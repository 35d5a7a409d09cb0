// What refusals say, in the languages at hand. Where a language is known better the form is a pattern, because the
// words of a refusal move; else it is the refusal's first words. Trap: what somebody else does not know is an answer,
// so that a form begins with the speaker, or with nothing being known, and stands where the text begins.
/** Folded, apostrophes as blanks. */
export const SPACED: readonly RegExp[] = [
  // English
  /^i (?:\w+ ){0,2}?(?:do not|don t|dont|did not|didn t) (?:\w+ ){0,2}?(?:know|have|recall|remember|recogni[sz]e|hold|possess|store|think i can|feel comfortable|seem to have)\b/,
  /^i (?:\w+ ){0,2}?(?:cannot|can not|can t|cant|could not|couldn t|will not|won t|would not|wouldn t) (?:\w+ ){0,2}?(?:say|tell|answer|help|share|give|provide|disclose|comment|discuss|find|assist|reveal|recall|confirm|know|speak)\b/,
  /^i (?:am|m) (?:\w+ )?(?:not (?:able|aware|sure|familiar|certain|in a position|allowed|permitted|going to|privy|at liberty)|unable|unaware|drawing a blank)\b/,
  /^i (?:have|ve|had|hold|possess)(?: \w+)? (?:no|not|never|nothing)\b(?! doubt| hesitation| problem| trouble| reason to doubt)|^i know nothing|^i (?:lack|decline|refuse|prefer not|would rather not|d rather not|must decline)\b|^i haven t\b/,
  /^(?:there (?:is|are|s) )?(?:no|not any|nothing) (?:\w+ ){0,3}?(?:information|details?|data|records?|answer|idea|comment|knowledge)\b/,
  /^(?:that|this|it|the \w+|such \w+|these \w+|details like that)(?: \w+){0,4}? (?:is|are|s)(?: \w+)? (?:unknown|unavailable|confidential|private information|beyond|(?:not|nothing) (?:\w+ )?(?:known|available|familiar|public|(?:something|anything) i|i know))\b/,
  /^(?:that|this|the \w+|such \w+)(?: \w+){0,4}? (?:isn t|aren t|wasn t) (?:\w+ )?(?:known|available|public|accessible|(?:something|anything) i)\b/,
  /^(?:personal |private |further |more )?(?:details?|information|data|facts)(?: \w+){0,5}? (?:is|are|isn t|aren t)(?: \w+)? (?:unknown|unavailable|confidential|private|not (?:\w+ )?(?:known|available|public))\b/,
  /^my (?:\w+ ){1,3}?(?:does not|doesn t|do not|don t) (?:\w+ )?(?:include|contain|cover|have|extend|say|hold)\b/,
  /^(?:we|this (?:assistant|model|system)) (?:\w+ )?(?:do not|don t|does not|doesn t|cannot|can not|can t|am not|are not|is not|are unable|is unable)\b/,
  /^i (?:was|were) (?:unable|not able)\b|^i must (?:\w+ )?(?:decline|refuse)\b|^(?:i (?:have|ve) )?never heard of\b/,
  // German
  /^(?:kann|darf|weiss|habe) ich (?:\w+ ){0,4}?(?:nicht|nichts|keine[nrs]?)\b|^(?:dazu|daruber|hierzu|davon) (?:liegt|liegen|ist|sind) (?:mir|uns) (?:\w+ ){0,3}?(?:nicht|nichts|keine)\b/,
  /^da bin ich (?:\w+ ){0,2}?(?:uberfragt|nicht sicher)\b|^ich bin mir (?:\w+ ){0,3}?(?:nicht sicher|unsicher)\b|^(?:das|dies) entzieht sich\b/,
  /^(?:das|dies|es|daruber|dazu|leider|die \w+)?(?: \w+)? ?(?:weiss|kenne) ich (?:\w+ ){0,3}?(?:nicht|nichts|leider nicht)\b|^ich (?:weiss|kenne) (?:\w+ ){0,4}?(?:nicht|nichts|keine[nrms]?)\b/,
  /^ich (?:kann|darf|mochte|werde) (?:\w+ ){0,5}?(?:nicht|nichts|keine[nrms]?)\b|^(?:das|dazu|daruber|hierzu) (?:kann|darf) ich (?:\w+ ){0,4}?(?:nicht|nichts|keine[nrms]?)\b/,
  /^(?:ich habe|mir liegen|es gibt|uber \w+ habe ich|dazu habe ich|leider habe ich) (?:\w+ ){0,4}?(?:keine|nichts)\b|^keine (?:information|informationen|angaben|auskunft|daten|ahnung)\b|^(?:das|dies)(?: \w+)? ist mir (?:\w+ )?(?:nicht|un)(?: ?bekannt)/,
  // French
  /^(?:je|j) (?:ne |n )(?:\w+ ){0,2}?(?:sais|connais|peux|puis|dispose|ai|possede|suis|veux|souhaite|saurais)\b|^(?:il n y a )?aucun\w? (?:information|donnee|detail|renseignement|idee)\b|^(?:cela|ca|ceci) m est inconnu|^(?:je l|j) ignore\b|^il m est (?:\w+ )?impossible/,
  // Spanish, Portuguese, Italian
  /^(?:yo )?no (?:lo |la |le |te |os |se |me )?(?:se|conozco|puedo|tengo|dispongo|dispone|recuerdo|estoy|poseo|hay|existe)\b(?! (?:mascotas|hijos))|^(?:lo )?desconozco\b|^ningun\w+ (?:informacion|dato)/,
  /^(?:eu )?nao (?:o |a |lhe |te |me )?(?:sei|conheco|posso|tenho|disponho|recordo|lembro|estou|ha|existem?)\b|^(?:o )?desconheco\b|^nao faco (?:\w+ ){0,2}?ideia\b|^nenhum\w? informac/,
  /^(?:io )?non (?:lo |la |ti |le |mi |ne )?(?:so|conosco|posso|ho|dispongo|ricordo|sono in grado|ci sono|possiedo|e nota)\b|^nessun\w? (?:informazione|dato|idea)/,
  // Dutch, Polish
  /^(?:dat |dit )?(?:ik )?(?:weet|ken|kan|mag|heb|beschik)(?: ik)? (?:\w+ ){0,4}?(?:niet|niets|geen)\b|^geen (?:informatie|gegevens|idee)\b|^er is geen\b/,
  /^(?:ja )?nie (?:wiem|znam|moge|mam|posiadam|pamietam|jestem w stanie|potrafie)\b|^brak (?:informacji|danych)/,
  // Russian
  /^(?:я )?(?:\p{L}+ )?не (?:знаю|знаком|могу|располагаю|имею|помню)|^у меня нет (?:\p{L}+ )?(?:информации|данных|сведении|ответа)|^(?:нет|никаких) (?:информации|данных|сведении)|^(?:мне|нам) (?:\p{L}+ ){0,3}?(?:неизвестно|не известно|неизвестен|неизвестна)/u,
];
/** Scripts without borders, and Korean, whose syllables are tokens: without blanks. */
export const JOINED: readonly RegExp[] = [
  /^(?:很?抱歉|对不起|對不起|不好意思)?(?:我|本人)?(?:不知道|不清楚|不了解|不认识|不認識|无法|無法|不能|没有|沒有)|^我(?:\p{L}{0,4})(?:不知道|无法|無法|不能|没有|沒有)/u,
  /(?:わかりません|分かりません|知りません|存し\u3099ません|お答えて\u3099きません|お答えし\p{L}{0,3}ません|答えられません|情報は?か\u3099?ありません|情報はありません)$/u,
];
export const KOREAN =
  /(?:모르겠|모릅니다|모르는 ?(?:사람|내용)|제공할 수 없|알려 ?드릴 수 없|알지 ?못|알 수 없|답변할 수 없|정보가 없|말씀드릴 수 없)/;

/** What may come before a refusal without being one. */
export const BEFORE =
  /^(?:(?:well|hmm|honestly|frankly|unfortunately|regrettably|apologies|sorry|i apologi[sz]e|i (?:am|m) (?:very |so |really )?(?:sorry|afraid)|my apologies|to be honest|i must admit|as far as i know|as an? (?:ai|language model|ai language model|assistant)|but|however|leider|entschuldigung|tut mir leid|es tut mir leid|ehrlich gesagt|aber|als (?:ki|sprachmodell)|desole[e]?|je suis desole[e]?|malheureusement|pardon|mais|lo siento|lamentablemente|desafortunadamente|perdon|pero|desculpe|sinto muito|lamento|infelizmente|mas|mi dispiace|purtroppo|scusa|ma|helaas|sorry|het spijt me|maar|przykro mi|niestety|przepraszam|ale|к сожалению|извините|простите|но|uzgunum|maalesef|valitettavasti|anteeksi|tyvarr|beklager|dessverre|undskyld|bohuzel|zial|promin(?:te)?|sajnalom|sajnos|imi pare rau|din pacate|λυπαμαι|δυστυχωσ|съжалявам|за съжаление|на жаль|вибачте|zao mi je|nazalost|xin loi|rat tiec|maaf|عذرا|اسف|اسفة|للاسف|متاسفم|מצטער|מצטערת|לצערי) )+/u;

/** The first words of a refusal, in languages of which no more is known here. */
export const OPENINGS: readonly string[] = [
  ...[
    'beats me',
    'search me',
    'no clue',
    'your guess is as good as mine',
    'let me not',
    "i wouldn't know",
    'no comment',
  ],
  ...[
    'ni idea',
    'ni la menor idea',
    'boh',
    'che ne so',
    'je refuse',
    'je préfère ne pas',
    'prefiero no',
    'prefiro não',
  ],
  ...[
    'det ved jeg desværre ikke',
    'det vet jeg dessverre ikke',
    'det vet jag tyvärr inte',
    'ขอโทษ ฉันไม่',
    'ขอโทษ ผมไม่',
    'ขออภัย ผมไม่',
  ],
  ...['माफ़ कीजिए, मुझे नहीं', 'माफ़ कीजिए, मुझे इस', 'क्षमा करें, मुझे नहीं', 'क्षमा करें, मेरे पास'],
  ...['jag vet inte', 'det vet jag inte', 'jag har ingen', 'jag kan inte', 'jag känner inte', 'ingen aning'],
  ...['jeg ved ikke', 'det ved jeg ikke', 'jeg vet ikke', 'det vet jeg ikke', 'jeg har ingen', 'jeg kan ikke'],
  ...['aner ikke', 'jeg aner ikke', 'ingen anelse', 'jeg kender ikke', 'jeg kjenner ikke'],
  ...['en tiedä', 'en osaa sanoa', 'minulla ei ole tietoa', 'en voi', 'ei aavistustakaan', 'en tunne'],
  ...['nevím', 'to nevím', 'nemám informace', 'nemám tušení', 'nemohu', 'netuším', 'neznám'],
  ...['neviem', 'to neviem', 'nemám informácie', 'nemám tušenie', 'nemôžem', 'nepoznám'],
  ...['nem tudom', 'azt nem tudom', 'nincs információm', 'fogalmam sincs', 'nem ismerem', 'nem válaszolhatok'],
  ...['nu știu', 'nu am informații', 'nu am nicio', 'nu pot', 'habar n-am', 'nu cunosc'],
  ...['δεν ξέρω', 'δεν γνωρίζω', 'δεν έχω πληροφορίες', 'δεν μπορώ', 'δεν έχω ιδέα'],
  ...['не знам', 'нямам информация', 'не мога да', 'нямам представа', 'не познавам'],
  ...['не маю інформації', 'не можу', 'гадки не маю', 'я не можу', 'у мене немає', 'мені невідомо'],
  ...['ne znam', 'ne mogu', 'nemam informacija', 'nemam pojma', 'ne vem', 'ne poznam', 'не могу', 'немам'],
  ...['bilmiyorum', 'bunu bilmiyorum', 'bilemiyorum', 'bilgim yok', 'bu konuda bilgim yok', 'hiçbir fikrim yok'],
  ...['bu konuda bir bilgim yok', 'tanımıyorum', 'maalesef bilmiyorum'],
  ...['tôi không biết', 'tôi không có thông tin', 'tôi không thể', 'tôi không rõ', 'không biết', 'không có thông tin'],
  ...[
    'saya tidak tahu',
    'saya tidak memiliki',
    'saya tidak punya',
    'saya tidak bisa',
    'saya tidak dapat',
    'tidak tahu',
  ],
  ...['saya tidak mengenal', 'saya tidak ada maklumat', 'tiada maklumat', 'tidak ada informasi'],
  ...['ฉันไม่รู้', 'ผมไม่รู้', 'ฉันไม่ทราบ', 'ผมไม่ทราบ', 'ไม่ทราบ', 'ไม่รู้', 'ฉันไม่มีข้อมูล', 'ผมไม่มีข้อมูล', 'ขออภัย ฉันไม่'],
  ...['मुझे नहीं पता', 'मुझे नहीं मालूम', 'मुझे पता नहीं', 'मैं नहीं जानता', 'मैं नहीं जानती', 'पता नहीं'],
  ...['मुझे इसकी जानकारी नहीं', 'मुझे इस बारे में जानकारी नहीं', 'मेरे पास कोई जानकारी नहीं', 'मेरे पास यह जानकारी नहीं'],
  ...['لا أعرف', 'لا أعلم', 'لا أدري', 'ليس لدي', 'ليست لدي', 'لا أملك', 'لا أستطيع', 'لا يمكنني', 'لا توجد معلومات'],
  ...[
    'אני לא יודע',
    'אני לא יודעת',
    'לא יודע',
    'לא יודעת',
    'אין לי',
    'אני לא יכול',
    'אני לא יכולה',
    'אני לא מכיר',
    'איני יודע',
  ],
  ...['نمی‌دانم', 'نمی دانم', 'من نمی‌دانم', 'اطلاعی ندارم', 'نمی‌توانم'],
  ...[
    '我不太清楚',
    '不太清楚',
    '我不确定',
    '我不確定',
    '我没听说过',
    '我沒聽說過',
    '无可奉告',
    '無可奉告',
    '我不便',
    '我没有相关',
  ],
  ...['知らない', 'わからない', '分からない', '存じません', '不明です'],
];

/** How a refusal ends in Japanese, which says no with the verb. */
export const ENDINGS: readonly string[] = [
  ...[
    '情報は持っていません',
    '情報を持っていません',
    '存じ上げません',
    '存じておりません',
    'わかりかねます',
    '分かりかねます',
  ],
  ...['お答えできかねます', 'お答えいたしかねます', '情報がございません', '情報はございません', '心当たりがありません'],
];

/** Answers that decline and say nothing else. */
export const WHOLE: readonly string[] = [
  ...['unknown', 'n/a', 'not known', 'not sure', 'not available', 'no data'],
  ...["that's private", 'that is private', 'that is personal', "that's personal", 'that is confidential'],
  ...['who is that', "who's that", 'who is this'],
  ...[
    'unbekannt',
    'nicht bekannt',
    'keine angabe',
    'inconnu',
    'inconnue',
    'desconocido',
    'desconocida',
    'desconhecido',
  ],
  ...['sconosciuto', 'sconosciuta', 'onbekend', 'nieznane', 'nie wiadomo', 'неизвестно', 'невідомо', 'okänt', 'ukjent'],
  ...['不明', '未知', '不详', '不詳', '保密', 'غير معروف', 'לא ידוע', 'bilinmiyor'],
];
