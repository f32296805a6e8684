import { Button } from '@mantine/core'
import type { Contact } from '../../api/generated.ts'
import { useMay } from '../../api/session.ts'
import { Moment } from '../../parts/dates.tsx'
import { EditIcon } from '../../parts/icons.tsx'
import { Card, Facts } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { t } from '../../texts/translate.ts'
import { customValue } from './columns.tsx'
import { useCustomFields } from './filters/use-fields.ts'
import { PROFILE, profileTitle } from './profile-lines.ts'

type Attributes = Required<NonNullable<Contact['attributes']>>

/** Who the contact is: what is always of interest, and what else has a value. */
export function Profile({ id, contact }: { id: string; contact: Attributes }) {
  const may = useMay()
  const { change } = useAddress()
  const fields = useCustomFields()
  const values = contact as unknown as Record<string, string | null>
  const given = PROFILE.filter((name) => values[name])
  return (
    <Card
      title={t('contact.facts')}
      action={
        may('manage:contacts') && (
          <Button
            variant="default"
            size="xs"
            leftSection={<EditIcon size={14} />}
            onClick={() => change({ dialog: 'edit' })}
          >
            {t('edit')}
          </Button>
        )
      }
    >
      <Facts
        facts={{
          [t('contact.id')]: <code>{id}</code>,
          [t('contacts.email')]: contact.email,
          [t('contact.subscribed')]: contact.subscribed ? t('yes') : t('no'),
          ...Object.fromEntries(given.map((name) => [profileTitle(name), values[name]])),
          ...Object.fromEntries(
            fields.map(({ attributes: { handle, title, type } }) => [
              title,
              customValue(values, handle, type),
            ]),
          ),
          [t('contacts.added')]: <Moment at={contact.created_at} as="day" />,
        }}
      />
    </Card>
  )
}
