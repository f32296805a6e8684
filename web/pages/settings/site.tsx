import { Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { now } from '../../api/clock.ts'
import { useMay } from '../../api/session.ts'
import { CardForm } from '../../parts/card-form.tsx'
import { ChoosePicture } from '../../parts/picture-field.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { useSiteForm } from './use-site-form.ts'

const LANGUAGES = [
  { value: 'en', label: 'English' },
  { value: 'es', label: 'Español' },
]

const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')]

/** Name and look of the site, and its address. */
export function SiteSettings() {
  return (
    <>
      <Look />
      <Region />
      <Address />
    </>
  )
}

function Look() {
  const { values, set, ...form } = useSiteForm(['title', 'color', 'logo_url'])
  return (
    <CardForm title={t('settings.look')} {...form} onSubmit={form.save}>
      {(errors) => (
        <>
          <TextInput
            label={t('settings.name')}
            description={t('settings.nameHint')}
            value={values.title}
            error={errors.title}
            onChange={({ currentTarget }) => set({ title: currentTarget.value })}
          />
          <div className="color-field">
            <TextInput
              label={t('settings.color')}
              description={t('settings.colorHint')}
              placeholder="#1f6f5c"
              value={values.color ?? ''}
              error={errors.color}
              onChange={({ currentTarget }) => set({ color: currentTarget.value || null })}
            />
            <input
              type="color"
              className="color-sample"
              aria-label={t('settings.pickColor')}
              value={/^#[0-9a-f]{6}$/i.test(values.color ?? '') ? values.color! : '#18181b'}
              onChange={({ currentTarget }) => set({ color: currentTarget.value })}
            />
          </div>
          <Logo value={values.logo_url} error={errors.logo_url} onChange={(logo_url) => set({ logo_url })} />
        </>
      )}
    </CardForm>
  )
}

interface LogoProps {
  value: string | null
  error: string | undefined
  onChange: (url: string | null) => void
}

/** E-mails show it, so that it needs an https address: of another website or, on a server that has https, of an upload. */
function Logo({ value, error, onChange }: LogoProps) {
  const [problem, setProblem] = useState<string | null>(null)
  const label = t('settings.logo')
  return (
    <>
      <TextInput
        label={label}
        description={t('settings.logoHint')}
        placeholder="https://"
        value={value ?? ''}
        error={problem ?? error}
        onChange={({ currentTarget }) => onChange(currentTarget.value || null)}
      />
      {location.protocol === 'https:' && (
        <div>
          <ChoosePicture label={label} isFirst={value === null} onChoose={onChange} onProblem={setProblem} />
        </div>
      )}
      {value?.startsWith('https://') && <img className="logo-sample" src={value} alt={label} />}
    </>
  )
}

function Region() {
  const { values, set, ...form } = useSiteForm(['language', 'time_zone'])
  return (
    <CardForm title={t('settings.region')} {...form} onSubmit={form.save}>
      {(errors) => (
        <>
          <Select
            label={t('settings.language')}
            description={t('settings.languageHint')}
            allowDeselect={false}
            data={LANGUAGES}
            value={values.language}
            error={errors.language}
            onChange={(language) => set({ language: language! })}
          />
          <Select
            label={t('settings.zone')}
            description={t('settings.zoneHint', { time: timeIn(values.time_zone) })}
            searchable
            allowDeselect={false}
            data={ZONES}
            limit={50}
            value={values.time_zone}
            error={errors.time_zone}
            onChange={(time_zone) => set({ time_zone: time_zone! })}
          />
        </>
      )}
    </CardForm>
  )
}

function Address() {
  const isReadOnly = !useMay()('configure:sites')
  const { values, set, ...form } = useSiteForm(['subdomain'])
  const { subdomain } = useCurrentSite()
  async function save() {
    await form.send()
    // Every address of the portal's pages contains it.
    location.replace(location.pathname.replace(`/s/${subdomain}/`, `/s/${values.subdomain}/`))
  }
  return (
    <CardForm title={t('settings.address')} {...form} isReadOnly={isReadOnly} onSubmit={save}>
      {(errors) => (
        <TextInput
          label={t('setup.subdomain')}
          description={t('settings.addressHint', { address: `${location.origin}/s/${subdomain}` })}
          value={values.subdomain}
          error={errors.subdomain}
          onChange={({ currentTarget }) => set({ subdomain: currentTarget.value })}
        />
      )}
    </CardForm>
  )
}

const timeIn = (timeZone: string): string =>
  new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: 'short', timeZone }).format(now())
