import { Button, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core'
import { PlusIcon, TrashIcon } from '../../parts/icons.tsx'
import { PictureField } from '../../parts/picture-field.tsx'
import type { Draft } from '../../parts/use-draft.ts'
import { t } from '../../texts/translate.ts'
import type { ContentAttributes } from './kinds.ts'

interface PodcastFieldsProps {
  draft: Draft<ContentAttributes>
  errors: Record<string, string>
}

export function PodcastFields({ draft: { values, set }, errors }: PodcastFieldsProps) {
  const text = (name: 'title' | 'author' | 'owner_name' | 'owner_email' | 'language', label: string) => (
    <TextInput
      label={label}
      value={values[name] ?? ''}
      error={errors[name]}
      onChange={({ currentTarget }) => set({ [name]: currentTarget.value })}
    />
  )
  return (
    <>
      {text('title', t('products.name'))}
      <Switch
        label={t('podcast.public')}
        description={t('podcast.publicHint')}
        checked={values.public}
        onChange={({ currentTarget }) => set({ public: currentTarget.checked })}
      />
      <Textarea
        label={t('offers.description')}
        autosize
        minRows={3}
        value={values.description}
        error={errors.description}
        onChange={({ currentTarget }) => set({ description: currentTarget.value })}
      />
      <PictureField
        label={t('podcast.cover')}
        value={values.cover_art_url ?? null}
        error={errors.cover_art_url}
        onChange={(url) => set({ cover_art_url: url })}
      />
      <Directories
        value={values.directories ?? []}
        error={errors.directories}
        onChange={(directories) => set({ directories })}
      />
      <TextInput
        label={t('podcast.author')}
        value={values.author ?? ''}
        error={errors.author}
        onChange={({ currentTarget }) => set({ author: currentTarget.value || null })}
      />
      {text('owner_name', t('podcast.ownerName'))}
      {text('owner_email', t('podcast.ownerEmail'))}
      {text('language', t('podcast.language'))}
      <Select
        label={t('podcast.showType')}
        allowDeselect={false}
        data={[
          { value: 'episodic', label: t('podcast.episodic') },
          { value: 'serial', label: t('podcast.serial') },
        ]}
        value={values.show_type}
        error={errors.show_type}
        onChange={(type) => set({ show_type: type! })}
      />
      <TagsInput
        label={t('podcast.categories')}
        description={t('content.tagsHint')}
        value={values.categories ?? []}
        error={errors.categories}
        onChange={(categories) => set({ categories })}
      />
    </>
  )
}

type Directory = NonNullable<ContentAttributes['directories']>[number]

interface DirectoriesProps {
  value: Directory[]
  onChange: (directories: Directory[]) => void
  error?: string
}

/** Where people can listen: the page of the podcast links there. */
function Directories({ value, onChange, error }: DirectoriesProps) {
  const change = (index: number, changes: Partial<Directory>) =>
    onChange(value.map((one, at) => (at === index ? { ...one, ...changes } : one)))
  return (
    <fieldset className="field-list">
      <legend>{t('podcast.directories')}</legend>
      {error && <p className="upload-error">{error}</p>}
      {value.map(({ id, url }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: it has no other name while it is written.
        <div key={index} className="field-row">
          <TextInput
            aria-label={t('podcast.directory')}
            placeholder="spotify"
            value={id}
            onChange={({ currentTarget }) => change(index, { id: currentTarget.value })}
          />
          <TextInput
            aria-label={t('podcast.directoryUrl')}
            placeholder="https://"
            type="url"
            value={url}
            onChange={({ currentTarget }) => change(index, { url: currentTarget.value })}
          />
          <Button
            variant="subtle"
            color="dark"
            px={9}
            aria-label={t('podcast.removeDirectory', { name: id })}
            onClick={() => onChange(value.filter((_, at) => at !== index))}
          >
            <TrashIcon size={16} />
          </Button>
        </div>
      ))}
      <Button
        variant="default"
        size="xs"
        leftSection={<PlusIcon size={14} />}
        onClick={() => onChange([...value, { id: '', url: '', config: {} }])}
      >
        {t('podcast.addDirectory')}
      </Button>
    </fieldset>
  )
}
