import { MultiSelect, SegmentedControl, Switch, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { listContactTags, listOffers, updateForm } from '../../api/generated.ts'
import { listOf, refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { EditForm } from '../../parts/edit-form.tsx'
import { Card } from '../../parts/page.tsx'
import { SecretDialog } from '../../parts/secret.tsx'
import { type Draft, useDraft } from '../../parts/use-draft.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { changeOf, type FormValues, formQuery, valuesOf } from './form-values.ts'
import { Inputs } from './inputs.tsx'
import { Preview } from './preview.tsx'

const FIELDS = [
  ...['title', 'description', 'default', 'inputs', 'handle', 'subscribes', 'double_opt_in', 'offers'],
  ...['send_customer_welcome_email', 'redirect_url', 'success_message', 'webhook_url', 'allowed_origins'],
  'contact_tags',
]

/** What a form asks for, and what a submission does; beside it, its page as it is now. */
export function Builder() {
  const { id } = useParams({ strict: false }) as { id: string }
  const mayEdit = useMay()('manage:forms')
  const { data: document } = useSuspenseQuery(formQuery(id))
  const draft = useDraft(valuesOf(document.data))
  const [secret, setSecret] = useState<string | null>(null)
  return (
    <div className="form-builder">
      <Card>
        <EditForm
          draft={draft}
          fields={FIELDS}
          isReadOnly={!mayEdit}
          onSave={async (changes) => {
            const { data } = await updateForm(id, changeOf(id, changes))
            setSecret(data.attributes?.webhook_secret ?? null)
            await refresh('forms', 'form_snippets', 'hooks')
          }}
        >
          {(errors) => (
            <>
              <Questions draft={draft} errors={errors} />
              <Effects draft={draft} errors={errors} />
              <Afterwards key={draft.revision} draft={draft} errors={errors} />
              <Elsewhere draft={draft} errors={errors} />
            </>
          )}
        </EditForm>
      </Card>
      <Preview id={id} version={document.data.attributes.updated_at} isOutdated={draft.isDirty} />
      {secret && (
        <SecretDialog
          title={t('webhooks.secret')}
          text={t('webhooks.secretText')}
          secrets={[['webhook_secret', secret]]}
          onClose={() => setSecret(null)}
        />
      )}
    </div>
  )
}

interface PartProps {
  draft: Draft<FormValues>
  errors: Record<string, string>
}

function Questions({ draft: { values, set }, errors }: PartProps) {
  return (
    <>
      <TextInput
        label={t('products.name')}
        description={t('forms.titleHint')}
        value={values.title}
        error={errors.title}
        onChange={({ currentTarget }) => set({ title: currentTarget.value })}
      />
      <Textarea
        label={t('offers.description')}
        description={t('forms.descriptionHint')}
        autosize
        minRows={2}
        value={values.description ?? ''}
        error={errors.description}
        onChange={({ currentTarget }) => set({ description: currentTarget.value || null })}
      />
      <Inputs
        value={values.inputs}
        error={errors.inputs ?? errors.handle}
        onChange={(inputs) => set({ inputs })}
      />
    </>
  )
}

function Effects({ draft: { values, set }, errors }: PartProps) {
  const { id: siteId } = useCurrentSite()
  const may = useMay()
  const all = { 'filter[site_id]': siteId, 'page[size]': 500 }
  const { data: offers } = useQuery({
    ...listOf('offers', listOffers, { ...all, sort: 'title' }),
    enabled: may('view:offers'),
  })
  const { data: tags } = useQuery({
    ...listOf('contact_tags', listContactTags, {
      ...all,
      'fields[contact_tags]': 'name' as never,
      sort: 'name',
    }),
    enabled: may('view:contacts'),
  })
  return (
    <fieldset className="field-group">
      <legend>{t('forms.effects')}</legend>
      <MultiSelect
        label={t('contacts.tags')}
        searchable
        disabled={!may('manage:contacts')}
        nothingFoundMessage={t('tags.nothing')}
        data={(tags?.data ?? []).map(({ id, attributes }) => ({ value: id, label: attributes.name }))}
        value={values.contact_tags}
        error={errors.contact_tags}
        onChange={(contact_tags) => set({ contact_tags })}
      />
      <MultiSelect
        label={t('forms.offers')}
        description={t('forms.offersHint')}
        searchable
        disabled={!may('manage:grants')}
        nothingFoundMessage={t('grant.noOffer')}
        data={(offers?.data ?? []).map(({ id, attributes }) => ({ value: id, label: attributes.title }))}
        value={values.offers}
        error={errors.offers}
        onChange={(chosen) => set({ offers: chosen })}
      />
      {values.offers.length > 0 && (
        <Switch
          label={t('grant.welcome')}
          description={t('grant.welcomeHint')}
          checked={values.send_customer_welcome_email}
          onChange={({ currentTarget }) => set({ send_customer_welcome_email: currentTarget.checked })}
        />
      )}
      <Switch
        label={t('forms.subscribes')}
        description={t('forms.subscribesHint')}
        checked={values.subscribes}
        onChange={({ currentTarget }) => set({ subscribes: currentTarget.checked })}
      />
      <Switch
        label={t('forms.doubleOptIn')}
        description={t('forms.doubleOptInHint')}
        checked={values.double_opt_in}
        onChange={({ currentTarget }) => set({ double_opt_in: currentTarget.checked })}
      />
    </fieldset>
  )
}

/** What a visitor sees afterwards: a message of the form, or another page. */
function Afterwards({ draft: { values, set }, errors }: PartProps) {
  const [leads, setLeads] = useState(values.redirect_url !== null)
  return (
    <fieldset className="field-group">
      <legend>{t('forms.afterwards')}</legend>
      <SegmentedControl
        aria-label={t('forms.afterwards')}
        data={[
          { value: 'message', label: t('forms.message') },
          { value: 'redirect', label: t('forms.redirect') },
        ]}
        value={leads ? 'redirect' : 'message'}
        onChange={(chosen) => {
          setLeads(chosen === 'redirect')
          if (chosen === 'message') set({ redirect_url: null })
        }}
      />
      {leads ? (
        <TextInput
          type="url"
          label={t('forms.redirectUrl')}
          placeholder="https://"
          value={values.redirect_url ?? ''}
          error={errors.redirect_url}
          onChange={({ currentTarget }) => set({ redirect_url: currentTarget.value || null })}
        />
      ) : (
        <Textarea
          label={t('forms.messageText')}
          description={t('forms.messageHint')}
          autosize
          minRows={2}
          value={values.success_message ?? ''}
          error={errors.success_message}
          onChange={({ currentTarget }) => set({ success_message: currentTarget.value || null })}
        />
      )}
    </fieldset>
  )
}

/** What concerns other websites and programs. */
function Elsewhere({ draft: { values, set }, errors }: PartProps) {
  return (
    <fieldset className="field-group">
      <legend>{t('forms.elsewhere')}</legend>
      <TagsInput
        label={t('forms.origins')}
        description={t('forms.originsHint')}
        placeholder={values.allowed_origins?.length ? undefined : 'https://www.example.com'}
        value={values.allowed_origins ?? []}
        error={errors.allowed_origins}
        onChange={(origins) => set({ allowed_origins: origins.length > 0 ? origins : null })}
      />
      <TextInput
        type="url"
        label={t('forms.webhook')}
        description={t('forms.webhookHint')}
        placeholder="https://"
        value={values.webhook_url ?? ''}
        error={errors.webhook_url}
        onChange={({ currentTarget }) => set({ webhook_url: currentTarget.value || null })}
      />
      <Switch
        label={t('forms.default')}
        description={t('forms.defaultHint')}
        checked={values.default}
        onChange={({ currentTarget }) => set({ default: currentTarget.checked })}
      />
    </fieldset>
  )
}
