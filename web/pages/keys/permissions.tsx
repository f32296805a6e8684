import { Checkbox, Radio, Select } from '@mantine/core'
import { useMe } from '../../api/session.ts'
import { t, textOr } from '../../texts/translate.ts'

type Level = 'none' | 'view' | 'manage'

interface PermissionsProps {
  /** Null: all that the user may do. */
  value: string[] | null
  error?: string
  onChange: (permissions: string[] | null) => void
}

/** All permissions, or for each type of resource none, view or manage, and single acts. A user can give only what they have. */
export function Permissions({ value, error, onChange }: PermissionsProps) {
  const own = useMe().attributes.permissions
  const resources = [...new Set(own.filter(isLevel).map((permission) => permission.split(':')[1]!))]
  const acts = own.filter((permission) => !isLevel(permission))
  const levelsOf = (resource: string): Level[] => [
    'none',
    ...(['view', 'manage'] as const).filter((level) => own.includes(`${level}:${resource}`)),
  ]
  const levelOf = (resource: string): Level =>
    (['manage', 'view'] as const).find((level) => value?.includes(`${level}:${resource}`)) ?? 'none'

  function choose(resource: string, level: Level) {
    const others = (value ?? []).filter(
      (permission) => !isLevel(permission) || permission.split(':')[1] !== resource,
    )
    // Who manages something also sees it.
    const chosen = level === 'manage' ? ['view', 'manage'] : level === 'view' ? ['view'] : []
    onChange([...others, ...chosen.map((each) => `${each}:${resource}`).filter((each) => own.includes(each))])
  }

  return (
    <>
      <Radio.Group
        label={t('keys.permissions')}
        error={error}
        value={value === null ? 'all' : 'some'}
        onChange={(chosen) => onChange(chosen === 'all' ? null : [])}
      >
        <div className="radio-pair">
          <Radio value="all" label={t('keys.allPermissions')} />
          <Radio value="some" label={t('keys.somePermissions')} />
        </div>
      </Radio.Group>
      {value !== null && (
        <ul className="permissions">
          {resources.map((resource) => (
            <li key={resource} className="permission">
              <span>{textOr(`resource.${resource}`, resource.replaceAll('_', ' '))}</span>
              <Select
                size="xs"
                w={128}
                allowDeselect={false}
                aria-label={textOr(`resource.${resource}`, resource.replaceAll('_', ' '))}
                data={levelsOf(resource).map((level) => ({ value: level, label: t(`level.${level}`) }))}
                value={levelOf(resource)}
                onChange={(level) => choose(resource, level as Level)}
              />
            </li>
          ))}
          {acts.map((act) => (
            <li key={act} className="permission">
              <Checkbox
                size="sm"
                label={textOr(`permission.${act}`, act)}
                checked={value.includes(act)}
                onChange={({ currentTarget }) =>
                  onChange(
                    currentTarget.checked
                      ? [...value, act]
                      : value.filter((permission) => permission !== act),
                  )
                }
              />
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

const isLevel = (permission: string) => /^(view|manage):/.test(permission)
