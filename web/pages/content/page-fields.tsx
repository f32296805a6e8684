import { TagsInput, Textarea, TextInput } from '@mantine/core'
import { PictureField } from '../../parts/picture-field.tsx'
import { RichText } from '../../parts/rich-text/rich-text.tsx'
import type { Draft } from '../../parts/use-draft.ts'
import { t } from '../../texts/translate.ts'
import { type ContentAttributes, type Kind, publishedFrom } from './kinds.ts'
import { PublishedFrom } from './published-from.tsx'

interface PageFieldsProps {
  kind: Kind
  draft: Draft<ContentAttributes>
  isReadOnly: boolean
  errors: Record<string, string>
}

/** The fields of website pages, landing pages and posts. */
export function PageFields({ kind, draft: { values, set, revision }, isReadOnly, errors }: PageFieldsProps) {
  const from = publishedFrom(kind)
  const address = values.url.replace(/[^/]*$/, '')
  return (
    <>
      <TextInput
        label={t('products.name')}
        value={values.title}
        error={errors.title}
        onChange={({ currentTarget }) => set({ title: currentTarget.value })}
      />
      <TextInput
        label={t('content.address')}
        description={address}
        value={values.slug}
        error={errors.slug}
        onChange={({ currentTarget }) => set({ slug: currentTarget.value })}
      />
      <PublishedFrom
        key={`from ${revision}`}
        value={values[from] ?? null}
        error={errors[from]}
        onChange={(moment) => set({ [from]: moment })}
      />
      <RichText
        key={revision}
        label={t('content.content')}
        visibility="public"
        isReadOnly={isReadOnly}
        value={values.content ?? ''}
        error={errors.content}
        onChange={(html) => set({ content: html })}
      />
      {kind === 'blog_posts' && (
        <>
          <PictureField
            label={t('content.picture')}
            value={values.image_url ?? null}
            error={errors.image_url}
            onChange={(url) => set({ image_url: url })}
          />
          <TextInput
            label={t('content.pictureText')}
            description={t('media.pictureHint')}
            value={values.image_alt_text ?? ''}
            error={errors.image_alt_text}
            onChange={({ currentTarget }) => set({ image_alt_text: currentTarget.value || null })}
          />
          <TagsInput
            label={t('content.tags')}
            description={t('content.tagsHint')}
            value={values.tags ?? []}
            error={errors.tags}
            onChange={(tags) => set({ tags })}
          />
        </>
      )}
      <TextInput
        label={t('content.pageTitle')}
        description={t('content.pageTitleHint')}
        value={values.page_title}
        error={errors.page_title}
        onChange={({ currentTarget }) => set({ page_title: currentTarget.value })}
      />
      <Textarea
        label={t('content.pageDescription')}
        description={t('content.pageDescriptionHint')}
        autosize
        minRows={2}
        value={values.page_description}
        error={errors.page_description}
        onChange={({ currentTarget }) => set({ page_description: currentTarget.value })}
      />
    </>
  )
}
