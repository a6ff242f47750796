export async function run() {
  const date = new Date(Date.UTC(2026, 0, 31, 12));
  const zones = [];
  const before = process.env.TZ;
  for (const zone of ['America/New_York', 'Asia/Tokyo', 'UTC']) {
    process.env.TZ = zone;
    zones.push([date.getHours(), date.getTimezoneOffset(), Intl.DateTimeFormat().resolvedOptions().timeZone, date.toString()]);
  }
  if (before === undefined) delete process.env.TZ;
  else process.env.TZ = before;
  return {
    'number': new Intl.NumberFormat('de-DE', { style: 'currency', currency: 'EUR' }).format(1234.5),
    'date': new Intl.DateTimeFormat('ja-JP', { dateStyle: 'full', timeZone: 'Asia/Tokyo' }).format(date),
    'plural': new Intl.PluralRules('ar').select(3),
    'relative': new Intl.RelativeTimeFormat('fr').format(-2, 'day'),
    'list': new Intl.ListFormat('es').format(['a', 'b', 'c']),
    'collation': ['ä', 'z', 'a'].sort(new Intl.Collator('sv').compare),
    'segments': [...new Intl.Segmenter('en', { granularity: 'word' }).segment('Hello you')].length,
    'names': new Intl.DisplayNames('en', { type: 'region' }).of('DE'),
    'duration': new Intl.DurationFormat('en').format({ hours: 1, minutes: 2 }),
    'zones': zones,
    'default locale': Intl.DateTimeFormat().resolvedOptions().locale,
    'default zone': Intl.DateTimeFormat().resolvedOptions().timeZone,
    'calendars': Intl.supportedValuesOf('calendar').length,
    'case': 'I'.toLocaleLowerCase('tr'),
    'normalize': 'é'.normalize('NFD').length,
    'Temporal': typeof Temporal === 'undefined' ? null : [Temporal.PlainDate.from('2026-01-31').add({ months: 1 }).toString(), Temporal.ZonedDateTime.from('2026-01-31T12:00[Asia/Tokyo]').offset],
    'toLocaleString': [(1234.5).toLocaleString(), date.toLocaleDateString('en-GB', { timeZone: 'UTC' })],
  };
}
