import { SegmentedControl } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { previewEmailTemplate } from '../../api/generated.ts'
import { useMay } from '../../api/session.ts'
import { ContactSelect } from '../../parts/contact-select.tsx'
import { EmailFrame } from '../../parts/email-frame.tsx'
import { useAddress } from '../../parts/search.ts'
import { t } from '../../texts/translate.ts'

const PREVIEW_AFTER_MS = 400

interface Rendered {
  subject: string
  html: string
  text: string
}

/** The draft as the server renders it, soon after it was changed; the last good one while it has a mistake. */
export function usePreview(draft: object, contactId: string | undefined): UseQueryResult<Rendered> {
  const mayManage = useMay()('manage:emails')
  const document = JSON.stringify({ ...draft, ...(contactId && { meta: { contact_id: contactId } }) })
  const [body] = useDebouncedValue(document, PREVIEW_AFTER_MS)
  return useQuery({
    queryKey: ['email_previews', body],
    queryFn: async ({ signal }) => (await previewEmailTemplate(JSON.parse(body), { signal })).meta,
    placeholderData: keepPreviousData,
    enabled: mayManage,
    retry: false,
  })
}

export function Preview({ query }: { query: UseQueryResult<Rendered> }) {
  const { search, change } = useAddress()
  const may = useMay()
  const [view, setView] = useState('html')
  const [last, setLast] = useState<Rendered>()
  const { data = last, error } = query
  if (query.data && query.data !== last) setLast(query.data)
  return (
    <section className="template-preview" aria-label={t('emails.preview')}>
      {may('view:contacts') && (
        <ContactSelect
          label={t('templates.recipient')}
          placeholder={t('templates.invented')}
          value={search.contact ?? ''}
          onChange={(id) => change({ contact: id ?? undefined }, { replace: true })}
        />
      )}
      <div className="template-preview-head">
        <strong>{data?.subject ?? '…'}</strong>
        <SegmentedControl
          size="xs"
          value={view}
          onChange={setView}
          data={[
            { value: 'html', label: t('emails.html') },
            { value: 'text', label: t('emails.text') },
          ]}
        />
      </div>
      {error && <p className="meta">{t('templates.lastGood')}</p>}
      {view === 'html' ? (
        <EmailFrame html={data?.html ?? ''} />
      ) : (
        <pre className="email-source">{data?.text}</pre>
      )}
    </section>
  )
}
