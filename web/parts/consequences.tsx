import { t } from '../texts/translate.ts'

/** What an act causes, in sentences, before it is done. @param lines what is false is left out */
export function Consequences({ lines }: { lines: (string | false | undefined)[] }) {
  return (
    <section aria-live="polite">
      <h3 className="effects-title">{t('dryRun.title')}</h3>
      <ul className="effects">{lines.map((line) => line && <li key={line}>{line}</li>)}</ul>
    </section>
  )
}
