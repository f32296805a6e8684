import { Select, Switch } from '@mantine/core'
import { attempt } from '../../parts/forms.tsx'
import { Card } from '../../parts/page.tsx'
import { ResourceSelect } from '../../parts/resource-select.tsx'
import { t } from '../../texts/translate.ts'
import { type Settings, type ShownImport, saveImport } from './import-data.ts'

/** What whoever imports the file chooses besides its columns. */
export function ImportSettings({ shown, canChange }: { shown: ShownImport; canChange: boolean }) {
  const { kind } = shown.attributes
  const settings = shown.attributes.settings as unknown as Settings
  const set = (changes: Partial<Settings>) => void attempt(() => saveImport(shown.id, { settings: changes }))
  return (
    <Card title={t('imports.settings')}>
      <div className="fields import-settings">
        <Select
          label={t('imports.dateOrder')}
          description={t('imports.dateOrderHint')}
          data={[
            { value: 'month_first', label: t('imports.monthFirst') },
            { value: 'day_first', label: t('imports.dayFirst') },
          ]}
          allowDeselect={false}
          disabled={!canChange}
          value={settings.date_order}
          onChange={(chosen) => chosen && set({ date_order: chosen as Settings['date_order'] })}
        />
        {kind === 'form_submissions' && (
          <ResourceSelect
            type="forms"
            label={t('imports.form')}
            description={t('imports.formHint')}
            disabled={!canChange}
            value={settings.form_id ?? ''}
            onChange={(chosen) => set({ form_id: chosen })}
          />
        )}
        {kind === 'contacts' && (
          <Switch
            label={t('imports.subscribe')}
            description={t('imports.subscribeHint')}
            disabled={!canChange}
            checked={settings.subscribe}
            onChange={({ currentTarget }) => set({ subscribe: currentTarget.checked })}
          />
        )}
        {kind !== 'form_submissions' && (
          <Switch
            label={t('imports.notify')}
            description={t('imports.notifyHint')}
            disabled={!canChange}
            checked={settings.notify}
            onChange={({ currentTarget }) => set({ notify: currentTarget.checked })}
          />
        )}
      </div>
    </Card>
  )
}
