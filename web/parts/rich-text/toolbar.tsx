import { Button, type ButtonProps, type ElementProps, Select } from '@mantine/core'
import type { Editor } from '@tiptap/core'
import { useEditorState } from '@tiptap/react'
import { t } from '../../texts/translate.ts'
import { AddressButton } from './address-button.tsx'
import { BoldIcon, ItalicIcon, ListIcon, NumberedListIcon, QuoteIcon, RedoIcon, UndoIcon } from './icons.tsx'
import { PictureButton } from './picture-button.tsx'

const STYLES = ['paragraph', 'h2', 'h3', 'h4'] as const

/** What the editor can do with the text, as buttons. */
export function Toolbar({ editor, visibility }: { editor: Editor; visibility: 'members' | 'public' }) {
  const state = useEditorState({
    editor,
    selector: ({ editor: current }) => ({
      style: STYLES.find((style) => current.isActive('heading', { level: Number(style[1]) })) ?? 'paragraph',
      bold: current.isActive('bold'),
      italic: current.isActive('italic'),
      link: current.isActive('link'),
      bulletList: current.isActive('bulletList'),
      orderedList: current.isActive('orderedList'),
      blockquote: current.isActive('blockquote'),
      canUndo: current.can().undo(),
      canRedo: current.can().redo(),
    }),
  })
  const run = () => editor.chain().focus()
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would disable the editor with it.
    <div className="rich-text-toolbar" role="group" aria-label={t('richText.toolbar')}>
      <Select
        size="xs"
        w={128}
        aria-label={t('richText.style')}
        allowDeselect={false}
        data={STYLES.map((style) => ({ value: style, label: t(`richText.${style}`) }))}
        value={state.style}
        onChange={(style) =>
          style === 'paragraph'
            ? run().setParagraph().run()
            : run()
                .setHeading({ level: Number(style![1]) as 2 | 3 | 4 })
                .run()
        }
      />
      <Tool label={t('richText.bold')} isOn={state.bold} onClick={() => run().toggleBold().run()}>
        <BoldIcon />
      </Tool>
      <Tool label={t('richText.italic')} isOn={state.italic} onClick={() => run().toggleItalic().run()}>
        <ItalicIcon />
      </Tool>
      <AddressButton editor={editor} kind="link" isOn={state.link} />
      <Tool label={t('richText.list')} isOn={state.bulletList} onClick={() => run().toggleBulletList().run()}>
        <ListIcon />
      </Tool>
      <Tool
        label={t('richText.numbers')}
        isOn={state.orderedList}
        onClick={() => run().toggleOrderedList().run()}
      >
        <NumberedListIcon />
      </Tool>
      <Tool
        label={t('richText.quote')}
        isOn={state.blockquote}
        onClick={() => run().toggleBlockquote().run()}
      >
        <QuoteIcon />
      </Tool>
      <PictureButton editor={editor} visibility={visibility} />
      <AddressButton editor={editor} kind="video" />
      <span className="rich-text-space" />
      <Tool label={t('richText.undo')} disabled={!state.canUndo} onClick={() => run().undo().run()}>
        <UndoIcon />
      </Tool>
      <Tool label={t('richText.redo')} disabled={!state.canRedo} onClick={() => run().redo().run()}>
        <RedoIcon />
      </Tool>
    </div>
  )
}

interface ToolProps extends ButtonProps, ElementProps<'button', keyof ButtonProps> {
  label: string
  /** Of a button that switches something. */
  isOn?: boolean
}

/** A button of the toolbar. Its name is shown on hover. */
export function Tool({ label, isOn, ...props }: ToolProps) {
  return (
    <Button
      className="rich-text-tool"
      variant="subtle"
      color="dark"
      size="compact-md"
      aria-label={label}
      title={label}
      aria-pressed={isOn}
      {...props}
    />
  )
}
