import { Select } from '@mantine/core'
import { attempt } from '../../parts/forms.tsx'
import { AlertIcon } from '../../parts/icons.tsx'
import { Card } from '../../parts/page.tsx'
import { t } from '../../texts/translate.ts'
import { type Kind, type ShownImport, saveImport } from './import-data.ts'
import { ImportSettings } from './settings.tsx'
import { fieldName } from './words.ts'

/** As `map` has it: a custom field that is created. */
const NEW = 'new'

/** Names of the fields that the file needs and no column has. */
export function missingFields({ attributes: { columns } }: ShownImport, kind: Kind | undefined): string[] {
  const required = kind?.fields.filter(({ is_required }) => is_required) ?? []
  return required
    .filter(({ name }) => !columns.some(({ field }) => field === name))
    .map(({ name }) => fieldName(kind, name))
}

interface ColumnsProps {
  shown: ShownImport
  kind: Kind | undefined
  canChange: boolean
}

/** The columns of a file with its first rows, and into what each is imported. */
export function Columns({ shown, kind, canChange }: ColumnsProps) {
  const { id, attributes } = shown
  const missing = missingFields(shown, kind)
  return (
    <>
      <Card title={t('imports.columns')}>
        <p className="meta import-hint">{t(canChange ? 'imports.columnsHint' : 'imports.columnsUsed')}</p>
        {missing.length > 0 && (
          <div className="problem" role="alert">
            <AlertIcon />
            <p>{t('imports.missing', { fields: missing.join(', ') })}</p>
          </div>
        )}
        <ul className="lines">
          {attributes.columns.map(({ column, field, examples }) => (
            <li key={column} className="import-column">
              <div>
                <strong>{column}</strong>
                <p className="meta import-examples">
                  {examples.length > 0 ? examples.join(' · ') : t('imports.noExamples')}
                </p>
              </div>
              <FieldSelect
                column={column}
                field={field}
                kind={kind}
                isDisabled={!canChange}
                onChange={(chosen) => void attempt(() => saveImport(id, { map: { [column]: chosen } }))}
              />
            </li>
          ))}
        </ul>
      </Card>
      <ImportSettings shown={shown} canChange={canChange} />
    </>
  )
}

interface FieldSelectProps {
  column: string
  field: string | null
  kind: Kind | undefined
  isDisabled: boolean
  onChange: (field: string | null) => void
}

function FieldSelect({ column, field, kind, isDisabled, onChange }: FieldSelectProps) {
  const fields = (kind?.fields ?? []).map(({ name }) => ({ value: name, label: fieldName(kind, name) }))
  const isNew = field !== null && !fields.some(({ value }) => value === field)
  const title = column.replace(/\s*\([^()]*\)\s*$/, '')
  const created = { value: isNew ? field : NEW, label: t('imports.newField', { title }) }
  const options = kind?.has_custom_fields || isNew ? [...fields, created] : fields
  return (
    <Select
      aria-label={t('imports.fieldOf', { column })}
      placeholder={t('imports.leftOut')}
      data={options}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('imports.leaveOut', { column }) }}
      nothingFoundMessage={t('choose.nothing')}
      disabled={isDisabled}
      value={field}
      onChange={onChange}
    />
  )
}
