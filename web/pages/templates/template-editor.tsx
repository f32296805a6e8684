import { Button, Menu, TextInput } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { errorsByField } from '../../api/errors.ts'
import {
  createEmailTemplate,
  type ListEmailTemplateKinds200DataAttributesKindsItem,
  sendEmailTemplateTest,
  updateEmailTemplate,
} from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { RequestProblem } from '../../api/request.ts'
import { useMay } from '../../api/session.ts'
import { attempt, FormErrors, notify, useSubmit } from '../../parts/forms.tsx'
import { EmailIcon, LeftIcon, TrashIcon } from '../../parts/icons.tsx'
import { LeaveGuard } from '../../parts/leave-guard.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { State } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t, textOr } from '../../texts/translate.ts'
import { Preview, usePreview } from './preview.tsx'
import { ResetDialog } from './reset-dialog.tsx'
import { TemplateField } from './template-field.tsx'
import { kindName } from './templates.tsx'
import { FIELDS, toAttributes, type Words, wordsOf } from './words.ts'
import './templates.css'

/** What is wrong with the texts themselves: that one is missing is said once the template is saved. */
const mistakesIn = (error: unknown) =>
  error instanceof RequestProblem && error.errors.every(({ code }) => code === 'invalid_template')
    ? errorsByField(error)
    : {}

export interface SavedTemplate {
  id: string
  name: string | null
  words: Words
}

interface TemplateEditorProps {
  kind: ListEmailTemplateKinds200DataAttributesKindsItem
  /** Null: there is none yet. */
  template: SavedTemplate | null
}

/** The texts of an e-mail, with the e-mail as it looks beside them. */
export function TemplateEditor({ kind: described, template }: TemplateEditorProps) {
  const { kind, variables } = described
  const defaults = described.defaults as Partial<Words>
  const { id: siteId, subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const navigate = useNavigate()
  const mayManage = useMay()('manage:emails')
  const isNamed = kind === 'automation'
  const begin = { name: template?.name ?? '', words: wordsOf(template?.words ?? {}, defaults) }
  const [values, setValues] = useState(begin)
  const [saved, setSaved] = useState(() => JSON.stringify(begin))
  const isChanged = JSON.stringify(values) !== saved

  const attributes = {
    ...(isNamed && { name: values.name }),
    ...toAttributes(values.words, isNamed ? {} : defaults),
  }
  const draft = {
    data: {
      type: 'email_templates',
      attributes: { kind, ...attributes, ...(isNamed && { name: values.name || kindName(kind) }) },
      relationships: { site: { data: { type: 'sites', id: siteId } } },
    },
  }
  const preview = usePreview(draft, search.contact)
  const { isSubmitting, error, submit } = useSubmit(async () => {
    if (template) {
      const { id } = template
      await updateEmailTemplate(id, { data: { type: 'email_templates', id, attributes } } as never)
    } else {
      const { data } = await createEmailTemplate({
        data: { ...draft.data, attributes: { kind, ...attributes } },
      } as never)
      const params = { site, kind, id: data.id }
      if (isNamed) await navigate({ to: '/s/$site/templates/$kind/$id', params, ignoreBlocker: true })
    }
    setSaved(JSON.stringify(values))
    await refresh('email_templates')
    notify(t('templates.saved'))
  })
  const errors = { ...mistakesIn(preview.error), ...errorsByField(error) }

  async function sendTest() {
    await attempt(async () => {
      const { meta } = await sendEmailTemplateTest(draft as never)
      notify(t('templates.testSent', { email: meta.to_email }))
    })
  }

  return (
    <>
      <form onSubmit={submit} noValidate>
        <LeaveGuard isActive={isChanged} text={t('leave.unsaved')} />
        <Heading
          back={
            <Link to="/s/$site/templates" params={{ site }}>
              <LeftIcon size={16} />
              {t('templates.title')}
            </Link>
          }
          title={isNamed ? (template?.name ?? t('templates.add')) : kindName(kind)}
          state={
            !isNamed &&
            (template ? (
              <State tone="good">{t('templates.own')}</State>
            ) : (
              <State tone="plain">{t('templates.default')}</State>
            ))
          }
          lead={textOr(`templates.sent.${kind}`, '')}
          actions={
            mayManage && (
              <>
                <Button
                  variant="default"
                  leftSection={<EmailIcon size={16} />}
                  onClick={() => void sendTest()}
                >
                  {t('templates.test')}
                </Button>
                <Button type="submit" loading={isSubmitting} disabled={!isChanged}>
                  {t('save')}
                </Button>
                {template && (
                  <MoreMenu label={t('contact.more')} width={240}>
                    <Menu.Item
                      leftSection={<TrashIcon size={16} />}
                      onClick={() => change({ dialog: 'reset' })}
                    >
                      {isNamed ? t('delete') : t('templates.reset')}
                    </Menu.Item>
                  </MoreMenu>
                )}
              </>
            )
          }
        />
        <div className="template-columns">
          <div className="fields">
            <FormErrors error={error} fields={['name', ...FIELDS]} />
            {isNamed && (
              <TextInput
                label={t('templates.name')}
                description={t('templates.nameHint')}
                value={values.name}
                error={errors.name}
                readOnly={!mayManage}
                onChange={({ currentTarget }) => setValues({ ...values, name: currentTarget.value })}
              />
            )}
            {FIELDS.map((field) => (
              <TemplateField
                key={field}
                field={field}
                value={values.words[field]}
                byDefault={defaults[field] ?? null}
                error={errors[field]}
                isReadOnly={!mayManage}
                onChange={(value) => setValues({ ...values, words: { ...values.words, [field]: value } })}
              />
            ))}
            <details className="variables">
              <summary>{t('templates.variables')}</summary>
              <p>{t('templates.variablesText')}</p>
              <ul>
                {variables.map((variable) => (
                  <li key={variable}>
                    <code>{variable}</code>
                  </li>
                ))}
              </ul>
            </details>
          </div>
          <Preview query={preview} />
        </div>
      </form>
      {/* Not within the form: what it submits would reach that, too. */}
      {search.dialog === 'reset' && template && (
        <ResetDialog template={template} kind={kind} onClose={() => change({ dialog: undefined })} />
      )}
    </>
  )
}
