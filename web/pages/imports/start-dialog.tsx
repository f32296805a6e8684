import { startImport } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { Consequences } from '../../parts/consequences.tsx'
import { FormDialog } from '../../parts/forms.tsx'
import { plural, t } from '../../texts/translate.ts'
import { isTried, type Settings, type ShownImport } from './import-data.ts'
import { outcomeSentence, outcomesIn } from './words.ts'

/** Starts an import after its consequences were stated: those that a dry run has found, if there was one. */
export function StartDialog({ shown, onClose }: { shown: ShownImport; onClose: () => void }) {
  const { total, counts } = shown.attributes
  const { notify } = shown.attributes.settings as unknown as Settings
  const outcomes = isTried(shown)
    ? outcomesIn(counts).map(([name, count]) => outcomeSentence(name, count, true))
    : [plural('imports.untried', total)]
  return (
    <FormDialog
      title={t('imports.startOf', { file: shown.attributes.file_name })}
      fields={[]}
      submitLabel={plural('imports.startRows', total)}
      isReady
      onClose={onClose}
      onSubmit={async () => {
        await startImport(shown.id)
        await refresh('imports')
        onClose()
      }}
    >
      {() => (
        <Consequences
          lines={[
            ...outcomes,
            t(notify ? 'imports.willNotify' : 'imports.willNotNotify'),
            t('imports.noUndo'),
          ]}
        />
      )}
    </FormDialog>
  )
}
