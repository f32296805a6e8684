import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { listContacts, mergeContact } from '../../api/generated.ts'
import { listOf, refresh, UNCOUNTED } from '../../api/queries.ts'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { Problem } from '../../parts/problem.tsx'
import { useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { language, t, textOr } from '../../texts/translate.ts'

interface MergeDialogProps {
  contactId: string
  name: string
  onClose: () => void
}

/** Finds the contact that is the same person, and states what moves to this one before it is done. */
export function MergeDialog({ contactId, name, onClose }: MergeDialogProps) {
  const { search, change } = useAddress()
  const other = search.other ?? ''
  const preview = useQuery({
    queryKey: ['dry_runs', 'merge', contactId, other],
    queryFn: async ({ signal }) => {
      const { meta } = await mergeContact(contactId, bodyOf(other), { dry_run: true }, { signal })
      return sentencesOf(meta.moved)
    },
    enabled: other !== '',
    staleTime: 0,
    retry: false,
  })
  return (
    <FormDialog
      title={t('merge.title', { name })}
      fields={['id']}
      submitLabel={t('merge.submit')}
      isDangerous
      canSubmit={preview.data !== undefined}
      onClose={onClose}
      onSubmit={async () => {
        await mergeContact(contactId, bodyOf(other))
        onClose()
        await refresh('contacts', 'customers', 'grants', 'contact_notes', 'events')
        notify(t('merge.done', { name }))
      }}
    >
      {(errors) => (
        <>
          <p>{t('merge.text', { name })}</p>
          <OtherContact
            contactId={contactId}
            value={other}
            error={errors.id}
            onChange={(id) => change({ other: id }, { replace: true })}
          />
          {preview.error && <Problem error={preview.error} />}
          {preview.data && (
            <section aria-live="polite">
              <h3 className="effects-title">{t('dryRun.title')}</h3>
              <ul className="effects">
                {preview.data.map((sentence) => (
                  <li key={sentence}>{sentence}</li>
                ))}
              </ul>
            </section>
          )}
        </>
      )}
    </FormDialog>
  )
}

/** What a merge does, from how many of each kind it moves. */
function sentencesOf(moved: Record<string, number>): string[] {
  const kinds = Object.entries(moved)
    .filter(([, n]) => n > 0)
    .map(([kind, n]) => textOr(`merge.moved.${kind}`, `${kind}: ${n}`, { n: n.toLocaleString(language) }))
  return [
    t('merge.ends'),
    ...(kinds.length > 0 ? [t('merge.moves', { list: kinds.join('; ') })] : []),
    t('merge.sameOffer'),
  ]
}

const bodyOf = (id: string) => ({ data: { type: 'contacts' as const, id } })

const SEARCH_AFTER_MS = 200

interface OtherContactProps {
  contactId: string
  value: string
  error?: string
  onChange: (id: string) => void
}

function OtherContact({ contactId, value, error, onChange }: OtherContactProps) {
  const { id: siteId } = useCurrentSite()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState<{ value: string; label: string } | null>(null)
  const [searched] = useDebouncedValue(text, SEARCH_AFTER_MS)
  const { data: found } = useQuery({
    ...listOf('contacts', listContacts, {
      'filter[site_id]': siteId,
      // What is chosen stands in the field.
      'filter[search]': searched === chosen?.label ? undefined : searched || undefined,
      'page[size]': 10,
      ...UNCOUNTED,
    }),
    placeholderData: keepPreviousData,
  })
  const options = (found?.data ?? [])
    .filter(({ id }) => id !== contactId)
    .map(({ id, attributes: { name, email } }) => ({ value: id, label: name ? `${name} <${email}>` : email }))
  const isMissing = chosen && !options.some((option) => option.value === chosen.value)
  return (
    <Select
      label={t('merge.other')}
      placeholder={t('contacts.search')}
      data-autofocus
      searchable
      allowDeselect={false}
      // The API has found them.
      filter={({ options: all }) => all}
      nothingFoundMessage={t('choose.nothing')}
      data={isMissing ? [chosen, ...options] : options}
      value={value || null}
      error={error}
      searchValue={text}
      onSearchChange={setText}
      onChange={(id, option) => {
        if (!id) return
        setChosen(option)
        onChange(id)
      }}
    />
  )
}
