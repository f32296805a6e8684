import { Button, Select, Switch } from '@mantine/core'
import { DownIcon, TrashIcon, UpIcon } from '../../parts/icons.tsx'
import { t } from '../../texts/translate.ts'
import type { FormInput } from './form-values.ts'
import { useFieldTitles } from './use-field-titles.ts'

/** The attributes of contacts that each site has. */
const STANDARD = [
  ...['name', 'email', 'phone_number', 'business_number', 'mobile_phone_number', 'address_line_1'],
  ...['address_line_2', 'address_city', 'address_state', 'address_zip', 'address_country'],
]

interface InputsProps {
  value: FormInput[]
  onChange: (inputs: FormInput[]) => void
  error?: string
}

/** What a form asks for, in its order. The e-mail address is always asked for. */
export function Inputs({ value, onChange, error }: InputsProps) {
  const titleOf = useFieldTitles()
  const others = [...STANDARD, ...titleOf.custom].filter(
    (handle) => !value.some((input) => input.handle === handle),
  )
  const change = (index: number, changes: Partial<FormInput>) =>
    onChange(value.map((input, at) => (at === index ? { ...input, ...changes } : input)))
  const move = (index: number, step: -1 | 1) =>
    onChange(value.toSpliced(index, 1).toSpliced(index + step, 0, value[index]!))
  return (
    <fieldset className="field-list">
      <legend>{t('forms.asksFor')}</legend>
      {error && <p className="upload-error">{error}</p>}
      <ol className="inputs">
        {value.map(({ handle, required }, index) => {
          const title = titleOf.text(handle)
          return (
            <li key={handle}>
              <span className="input-title">{title}</span>
              <Switch
                size="sm"
                label={t('forms.required')}
                aria-label={t('forms.isRequired', { title })}
                checked={required}
                disabled={handle === 'email'}
                onChange={({ currentTarget }) => change(index, { required: currentTarget.checked })}
              />
              <span className="input-actions">
                <Button
                  variant="subtle"
                  color="dark"
                  size="compact-md"
                  aria-label={t('forms.moveUp', { title })}
                  disabled={index === 0}
                  onClick={() => move(index, -1)}
                >
                  <UpIcon size={16} />
                </Button>
                <Button
                  variant="subtle"
                  color="dark"
                  size="compact-md"
                  aria-label={t('forms.moveDown', { title })}
                  disabled={index === value.length - 1}
                  onClick={() => move(index, 1)}
                >
                  <DownIcon size={16} />
                </Button>
                <Button
                  variant="subtle"
                  color="dark"
                  size="compact-md"
                  aria-label={t('forms.remove', { title })}
                  disabled={handle === 'email'}
                  onClick={() => onChange(value.toSpliced(index, 1))}
                >
                  <TrashIcon size={16} />
                </Button>
              </span>
            </li>
          )
        })}
      </ol>
      <Select
        w="100%"
        searchable
        aria-label={t('forms.addField')}
        placeholder={t('forms.addField')}
        nothingFoundMessage={t('forms.noField')}
        data={others.map((handle) => ({ value: handle, label: titleOf.text(handle) }))}
        value={null}
        onChange={(handle) => handle && onChange([...value, { handle, required: false }])}
      />
    </fieldset>
  )
}
