import { EditorContent, useEditor } from '@tiptap/react'
import { extensions } from './extensions.ts'
import type { RichTextProps } from './rich-text.tsx'
import { Toolbar } from './toolbar.tsx'

/** The editor of text, with its toolbar. It takes its content when it is mounted. */
export function VisualEditor({ label, value, onChange, visibility, isReadOnly = false }: RichTextProps) {
  const editor = useEditor({
    extensions,
    content: value,
    editable: !isReadOnly,
    // Its own styles would be against the policy of the page: they are in rich-text.css.
    injectCSS: false,
    editorProps: {
      attributes: {
        role: 'textbox',
        'aria-multiline': 'true',
        'aria-label': label,
        'aria-readonly': String(isReadOnly),
        class: 'rich-text-content',
      },
    },
    onUpdate: ({ editor: changed }) => onChange(changed.isEmpty ? '' : changed.getHTML()),
  })
  return (
    <div className="rich-text-frame">
      {!isReadOnly && <Toolbar editor={editor} visibility={visibility} />}
      <EditorContent editor={editor} />
    </div>
  )
}
