import { Button, Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { createContactNote, deleteContactNote, listContactNotes } from '../../api/generated.ts'
import { listOf, refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Moment } from '../../parts/dates.tsx'
import { FormErrors, useSubmit } from '../../parts/forms.tsx'
import { TrashIcon } from '../../parts/icons.tsx'
import { Card } from '../../parts/page.tsx'
import { t } from '../../texts/translate.ts'

export function Notes({ contactId }: { contactId: string }) {
  const may = useMay()
  const { data: page } = useQuery(
    listOf('contact_notes', listContactNotes, {
      'filter[contact_id]': contactId,
      sort: '-created_at',
      'page[size]': 50,
    } as never),
  )
  return (
    <Card title={t('notes.title')}>
      {may('manage:contacts') && <NewNote contactId={contactId} />}
      <ul className="notes">
        {page?.data.map(({ id, attributes: { body, created_at } }) => (
          <li key={id}>
            <p>{body}</p>
            <span className="notes-foot">
              <Moment at={created_at} />
              {may('manage:contacts') && (
                <Button
                  variant="subtle"
                  size="compact-xs"
                  color="dark"
                  aria-label={t('notes.delete')}
                  onClick={async () => {
                    await deleteContactNote(id)
                    await refresh('contact_notes')
                  }}
                >
                  <TrashIcon size={14} />
                </Button>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function NewNote({ contactId }: { contactId: string }) {
  const [body, setBody] = useState('')
  const { error, isSubmitting, submit } = useSubmit(async () => {
    await createContactNote({
      data: {
        type: 'contact_notes',
        attributes: { body },
        relationships: { contact: { data: { type: 'contacts', id: contactId } } },
      },
    })
    setBody('')
    await refresh('contact_notes')
  })
  return (
    <form onSubmit={submit}>
      <FormErrors error={error} fields={[]} />
      <Textarea
        aria-label={t('notes.new')}
        placeholder={t('notes.new')}
        autosize
        minRows={2}
        value={body}
        onChange={({ currentTarget }) => setBody(currentTarget.value)}
      />
      {body.trim() !== '' && (
        <Button type="submit" size="xs" mt={8} loading={isSubmitting}>
          {t('notes.save')}
        </Button>
      )}
    </form>
  )
}
