import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { createSegment, deleteSegment, updateSegment } from '../../../api/generated.ts'
import { refresh } from '../../../api/queries.ts'
import { ArchiveDialog } from '../../../parts/archive-dialog.tsx'
import { RestoreButton, restoring } from '../../../parts/archived.tsx'
import { Dialog } from '../../../parts/dialog.tsx'
import { FormDialog } from '../../../parts/forms.tsx'
import { useAddress } from '../../../parts/search.ts'
import { useCurrentSite } from '../../../shell/use-site.ts'
import { t } from '../../../texts/translate.ts'
import { attributesIn, type Segment } from './view.ts'

/** Saves the list as a new segment or, with one, renames it. */
export function NameSegment({ segment, onClose }: { segment?: Segment; onClose: () => void }) {
  const { id: siteId } = useCurrentSite()
  const { search, change } = useAddress()
  const [name, setName] = useState(segment?.attributes.name ?? '')
  async function save() {
    if (segment) {
      const { id } = segment
      await updateSegment(id, { data: { type: 'segments', id, attributes: { name } } })
      await refresh('segments')
      return onClose()
    }
    const { data } = await createSegment({
      data: {
        type: 'segments',
        attributes: { name, ...attributesIn(search) } as never,
        relationships: { site: { data: { type: 'sites', id: siteId } } },
      },
    })
    await refresh('segments')
    change({ view: data.id, dialog: undefined })
  }
  return (
    <FormDialog
      title={segment ? t('views.renameTitle') : t('views.saveTitle')}
      fields={['name']}
      submitLabel={t('save')}
      onClose={onClose}
      onSubmit={save}
    >
      {(errors) => (
        <TextInput
          label={t('views.name')}
          description={segment ? undefined : t('views.nameHint')}
          data-autofocus
          value={name}
          error={errors.name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
      )}
    </FormDialog>
  )
}

async function restoreSegment(id: string): Promise<void> {
  await updateSegment(id, { data: { type: 'segments', id, attributes: { archived: false } } })
  await refresh('segments')
}

/** The archived segments, each with a button that restores it. */
export function ArchivedSegments({ segments, onClose }: { segments: Segment[]; onClose: () => void }) {
  return (
    <Dialog onClose={onClose} title={t('views.archived')}>
      {segments.length === 0 && <p>{t('archived.none')}</p>}
      <ul className="lines">
        {segments.map(({ id, attributes: { name } }) => (
          <li key={id} className="line">
            <span>{name}</span>
            <span className="line-actions">
              <RestoreButton title={name} onClick={() => void restoring(name, () => restoreSegment(id))} />
            </span>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}

/** The API refuses it, with their names, while automations or other segments use the segment. */
export function ArchiveSegment({ segment, onClose }: { segment: Segment; onClose: () => void }) {
  const { change } = useAddress()
  const { name } = segment.attributes
  return (
    <ArchiveDialog
      title={name}
      heading={t('views.archiveTitle', { name })}
      archive={() => deleteSegment(segment.id)}
      leave={async () => {
        await refresh('segments')
        change({ view: undefined, dialog: undefined })
      }}
      restore={() => restoreSegment(segment.id)}
      onClose={onClose}
    >
      <p>{t('views.archiveText')}</p>
    </ArchiveDialog>
  )
}
