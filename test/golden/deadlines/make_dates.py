"""Writes dates.json: the dates of 300 and more tickets under all regimes, reckoned apart from core/deadlines.ts by python-dateutil's month
arithmetic and, for holidays, by the package holidays (python-holidays), not by date-holidays, which the product uses. The test reckons the
same inputs with the product's own calendars, so that each date is held against both. Each case says how it comes about; the rules are those of
core/regimes: Reg. 1182/71 Art. 3 and C-171/03 for the EU, the relevant time of Art. 12A for the UK, 11 CCR 7021 for California.
Run: python3 make_dates.py (python-dateutil 2.9, holidays 0.109)."""
import datetime as d, json, pathlib, zoneinfo
import holidays as hol
from dateutil.relativedelta import relativedelta

UTC = d.timezone.utc
YEARS = range(2024, 2033)
PLACES = {
    'BE': 'Europe/Brussels', 'DE-BE': 'Europe/Berlin', 'DE-BY': 'Europe/Berlin', 'DE-NW': 'Europe/Berlin', 'FR': 'Europe/Paris',
    'IE': 'Europe/Dublin', 'IT': 'Europe/Rome', 'PT': 'Europe/Lisbon', 'PL': 'Europe/Warsaw', 'AT': 'Europe/Vienna', 'ES': 'Europe/Madrid',
    'GB-ENG': 'Europe/London', 'GB-SCT': 'Europe/London', 'GB-NIR': 'Europe/London',
    'US-CA': 'America/Los_Angeles', 'US-CO': 'America/Denver', 'US-IA': 'America/Chicago', 'US-NY': 'America/New_York', 'US-TX': 'America/Chicago',
    'CA-QC': 'America/Toronto', 'CH': 'Europe/Zurich', 'BR': 'America/Sao_Paulo', 'IN': 'Asia/Kolkata', 'KR': 'Asia/Seoul', 'JP': 'Asia/Tokyo',
    'TW': 'Asia/Taipei', 'ZA': 'Africa/Johannesburg',
}
_cal = {}
def calendar(region):
    if region not in _cal:
        country, _, part = region.partition('-')
        _cal[region] = set(hol.country_holidays(country, subdiv=part or None, years=YEARS))
    return _cal[region]

def local(instant, region):
    return d.datetime.fromisoformat(instant.replace('Z', '+00:00')).astimezone(zoneinfo.ZoneInfo(PLACES[region]))

def roll(day, region):
    while day.weekday() >= 5 or day in calendar(region):
        day += d.timedelta(1)
    return day

def working(day, count, off):
    while count:
        day += d.timedelta(1)
        if day.weekday() < 5 and day not in off:
            count -= 1
    return day

MONTH = dict(respond=relativedelta(months=1), both=relativedelta(months=3), more=relativedelta(months=2))
def day_rule(n, more=45):
    return dict(respond=relativedelta(days=n), both=relativedelta(days=n + more) if more else None, more=relativedelta(days=more) if more else None)
STATES = 'colorado virginia connecticut utah texas oregon montana delaware new-jersey new-hampshire minnesota maryland indiana tennessee kentucky nebraska rhode-island'.split()
RULES = {
    'gdpr': dict(**MONTH, rolls=True, identity='guidance'),
    'uk-gdpr': dict(**MONTH, rolls=True, identity='restart', fee='restart', appeal=30),
    'ccpa': dict(**day_rule(45), acknowledge=10),
    **{state: dict(**day_rule(45), **({} if state == 'utah' else dict(appeal=45))) for state in STATES},
    'iowa': dict(**day_rule(90), appeal=45),
    'quebec-law-25': day_rule(30, 0), 'swiss-fadp': day_rule(30, 0), 'korea-pipa': day_rule(10, 0), 'japan-appi': day_rule(30, 0),
    'south-africa-popia': day_rule(30, 0), 'india-dpdp': day_rule(90, 0), 'brazil-lgpd': day_rule(0, 0), 'taiwan-pdpa': day_rule(30, 30),
}

def whole_days(a, b):
    """By the clock on the wall: 09:00 to 09:00 is a day, an hour over midnight is none."""
    return (b.date() - a.date()).days - (1 if b.time() < a.time() else 0)

def reckon(case):
    rule, region = RULES[case['regime']], case['region']
    received = local(case['receivedAt'], region).date()
    why = [f'received {received} there']
    if case.get('appealedAt') and rule.get('appeal'):
        begins = local(case['appealedAt'], region).date()
        end = begins + d.timedelta(rule['appeal'])
        due = roll(end, region) if rule.get('rolls') else end
        return dict(statutoryDue=due, safeDue=end), [f"{rule['appeal']} days from the appeal of {begins}"]
    begins, paused = received, 0
    for reason, since, until in case.get('pauses', []):
        kind, a, b = rule.get(reason), local(since, region), local(until, region)
        limit = begins + rule['respond']
        if kind and a.date() > (roll(limit, region) if rule.get('rolls') else limit):
            why.append(f'{reason} asked after the date: nothing')
        elif kind == 'restart':
            begins = max(begins, b.date()); why.append(f'begins {begins}, when {reason} has come')
        elif kind == 'guidance':
            paused += whole_days(a, b); why.append(f'{paused} days stand still, on the accepted reading alone')
        else:
            why.append(f'{reason} does not stop this clock')
    plain = begins + rule['respond']
    late = early = plain
    if case.get('extendedAt'):
        once, twice = begins + rule['both'], plain + rule['more']
        late, early = max(once, twice), min(once, twice)
        why.append(f'extended: {once} at once, {twice} in two steps' if once != twice else f'extended to {once}')
    shifted = late + d.timedelta(paused)
    due = roll(shifted, region) if rule.get('rolls') else shifted
    if due != shifted:
        why.append(f'{shifted:%a} {shifted} is no working day in {region}')
    found = dict(statutoryDue=due, safeDue=early)
    if rule.get('acknowledge'):
        found['acknowledge'] = working(received, rule['acknowledge'], calendar(region))
        found['acknowledgeSafe'] = working(received, rule['acknowledge'], set())
    return found, why

cases, seen = [], set()
def add(title, regime, region, received, **more):
    case = dict(title=title, regime=regime, region=region, timeZone=PLACES[region], receivedAt=received, **more)
    key = json.dumps({k: v for k, v in case.items() if k != 'title'})
    if key in seen: return
    seen.add(key)
    found, why = reckon(case)
    cases.append(dict(**case, due={k: str(v) for k, v in found.items()}, why='; '.join(why)))

EU = ['BE', 'DE-BE', 'DE-BY', 'DE-NW', 'FR', 'IE', 'IT', 'PT', 'PL', 'AT', 'ES']
UK = ['GB-ENG', 'GB-SCT', 'GB-NIR']
NOON = 'T11:00:00Z'
for day in ['2026-01-31', '2026-03-05', '2026-08-31', '2026-10-31', '2026-11-25', '2027-02-28', '2027-12-31', '2028-01-31', '2028-02-29', '2028-12-01']:
    for region in EU[:7] if day < '2027-06' else EU:
        add('month end, Easter, Christmas, leap day', 'gdpr', region, day + NOON)
for day in ['2026-01-31', '2028-01-31', '2026-10-31', '2026-11-30', '2026-12-31', '2027-08-31', '2027-11-30', '2028-11-29', '2026-03-31', '2027-01-30']:
    for region in ['BE', 'DE-BE', 'FR', 'IE']:
        add('extension: the two readings', 'gdpr', region, day + NOON, extendedAt=day + 'T12:00:00Z')
for day in ['2026-03-03', '2026-03-06', '2026-04-04', '2026-04-25', '2026-07-31', '2026-11-26', '2026-11-27', '2026-12-01', '2027-02-26', '2027-11-30', '2027-12-03', '2028-02-17']:
    for region in UK:
        add('British bank holidays and their substitutes', 'uk-gdpr', region, day + NOON)
for received, since, until in [
    ('2026-03-02', '2026-03-09T10:00:00Z', '2026-04-16T10:00:00Z'), ('2026-01-29', '2026-02-02T10:00:00Z', '2026-03-31T23:30:00Z'),
    ('2027-11-20', '2027-11-22T10:00:00Z', '2027-11-27T10:00:00Z'), ('2028-01-10', '2028-01-12T10:00:00Z', '2028-01-31T10:00:00Z'),
    ('2026-06-30', '2026-07-01T22:30:00Z', '2026-07-01T23:30:00Z'), ('2026-03-02', '2026-04-20T10:00:00Z', '2026-05-20T10:00:00Z'),
]:
    for reason in ['identity', 'fee', 'clarification']:
        for regime, region in [('uk-gdpr', 'GB-ENG'), ('uk-gdpr', 'GB-SCT'), ('gdpr', 'DE-BE'), ('ccpa', 'US-CA')]:
            add('waiting for the requester', regime, region, received + NOON, pauses=[(reason, since, until)])
for received, since, until in [('2026-03-02', '2026-03-04T08:00:00Z', '2026-03-14T08:00:00Z'), ('2026-10-20', '2026-10-24T07:00:00Z', '2026-10-25T07:30:00Z'),
                               ('2026-03-20', '2026-03-28T08:00:00Z', '2026-03-29T07:00:00Z'), ('2026-12-20', '2026-12-22T12:00:00Z', '2027-01-03T11:59:00Z')]:
    for region in ['DE-BE', 'FR', 'IE', 'PT']:
        add('extension after a pause, over a change of the clocks', 'gdpr', region, received + NOON, pauses=[('identity', since, until)], extendedAt=until)
        add('pause over a change of the clocks', 'gdpr', region, received + NOON, pauses=[('identity', since, until)])
for instant in ['2026-01-01T05:00:00Z', '2026-01-01T08:00:00Z', '2026-12-31T23:30:00Z', '2026-03-08T09:59:00Z', '2026-03-08T10:01:00Z', '2026-11-01T08:30:00Z', '2027-06-30T06:59:00Z',
                '2027-07-01T07:00:00Z', '2027-11-19T20:00:00Z', '2027-12-20T20:00:00Z', '2028-02-29T20:00:00Z', '2026-05-15T20:00:00Z', '2026-06-12T20:00:00Z', '2026-08-28T20:00:00Z']:
    add('California: evening, change of the clocks, ten business days', 'ccpa', 'US-CA', instant)
    add('California with an extension', 'ccpa', 'US-CA', instant, extendedAt=instant)
for state in STATES + ['iowa']:
    region = {'colorado': 'US-CO', 'iowa': 'US-IA', 'texas': 'US-TX'}.get(state, 'US-NY')
    for instant in ['2027-01-17T04:30:00Z', '2028-01-15T18:00:00Z']:
        add('state act', state, region, instant)
    add('state act, extended', state, region, '2027-12-05T18:00:00Z', extendedAt='2028-01-10T18:00:00Z')
    if state != 'utah':
        add('appeal', state, region, '2027-01-10T18:00:00Z', appealedAt='2027-03-01T04:30:00Z')
add('British complaint: acknowledged in 30 days', 'uk-gdpr', 'GB-ENG', '2026-11-02' + NOON, appealedAt='2026-12-02' + NOON)
add('British complaint: acknowledged in 30 days', 'uk-gdpr', 'GB-ENG', '2026-11-02' + NOON, appealedAt='2027-04-03' + NOON)
add('no appeal in the law', 'gdpr', 'BE', '2026-11-02' + NOON, appealedAt='2026-12-02' + NOON)
for regime, region in [('quebec-law-25', 'CA-QC'), ('swiss-fadp', 'CH'), ('korea-pipa', 'KR'), ('japan-appi', 'JP'), ('south-africa-popia', 'ZA'),
                       ('india-dpdp', 'IN'), ('brazil-lgpd', 'BR'), ('taiwan-pdpa', 'TW')]:
    for instant in ['2027-12-31T15:30:00Z', '2028-01-31T23:30:00Z', '2028-02-28T02:30:00Z', '2028-03-26T00:30:00Z']:
        add('other laws: local day, leap year, year end', regime, region, instant)
add('Taiwan with an extension', 'taiwan-pdpa', 'TW', '2028-01-31T23:30:00Z', extendedAt='2028-02-02T00:00:00Z')

# By hand, with a calendar of the years on paper: the reckoning above must come to the same.
HAND = [
    ('gdpr', 'BE', '2026-01-31', None, '2026-03-02', '2026-02-28'),   # 28 February 2026 is a Saturday
    ('gdpr', 'DE-BE', '2026-03-05', None, '2026-04-07', '2026-04-05'),  # Easter Sunday, then Easter Monday
    ('gdpr', 'DE-BE', '2026-11-25', None, '2026-12-28', '2026-12-25'),  # Christmas, 26 December, Sunday
    ('gdpr', 'BE', '2026-11-25', None, '2026-12-28', '2026-12-25'),   # Belgium works on the 26th, which is a Saturday
    ('gdpr', 'FR', '2026-08-31', None, '2026-09-30', '2026-09-30'),
    ('gdpr', 'BE', '2028-01-31', 'x', '2028-05-02', '2028-04-29'),    # 30 April is a Sunday and 1 May a holiday
    ('gdpr', 'BE', '2026-10-31', 'x', '2027-02-01', '2027-01-30'),    # 31 January is a Sunday
    ('uk-gdpr', 'GB-ENG', '2027-11-26', None, '2027-12-29', '2027-12-26'),  # Boxing Day is a Sunday; 27 and 28 are substitutes
    ('uk-gdpr', 'GB-SCT', '2026-12-01', None, '2027-01-05', '2027-01-01'),  # 2 January is a Saturday: 4 January is kept in Scotland
    ('ccpa', 'US-CA', '2026-01-01', None, '2026-02-15', '2026-02-15'),
]
for regime, region, day, extended, due, safe in HAND:
    case = dict(regime=regime, region=region, receivedAt=f'{day}T20:00:00Z', **({'extendedAt': f'{day}T21:00:00Z'} if extended else {}))
    found, why = reckon(case)
    assert (str(found['statutoryDue']), str(found['safeDue'])) == (due, safe), (case, found, due, safe)
    add('by hand', regime, region, case['receivedAt'], **({'extendedAt': case['extendedAt']} if extended else {}))

head = ('Dates of tickets, made by make_dates.py with python-dateutil (months) and python-holidays (days off), both independent of the product, whose test '
        'reckons them with date-holidays. pauses are [reason, since, until]; due is the statutory and the safe date, and that of the acknowledgement.')
out = pathlib.Path(__file__).parent / 'dates.json'
lines = ',\n'.join(json.dumps(c, ensure_ascii=False) for c in cases)
out.write_text('{\n"about": ' + json.dumps(head) + ',\n"cases": [\n' + lines + '\n]\n}\n')
print(len(cases))
