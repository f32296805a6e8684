import { Menu } from '@mantine/core'
import { updateLesson, updateModule } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { attempt } from '../../parts/forms.tsx'
import { t } from '../../texts/translate.ts'
import { refreshCourse } from './course-outline.ts'

interface PublishItemProps {
  type: 'modules' | 'lessons'
  id: string
  isPublished: boolean
}

/** The item of a menu that publishes a module or a lesson, or makes it a draft. */
export function PublishItem({ type, id, isPublished }: PublishItemProps) {
  async function change() {
    const attributes = { publishing_option: isPublished ? ('draft' as const) : ('published' as const) }
    await attempt(async () => {
      if (type === 'modules') await updateModule(id, { data: { type, id, attributes } })
      else await updateLesson(id, { data: { type, id, attributes } })
      await Promise.all([refreshCourse(), refresh('lessons')])
    })
  }
  return (
    <Menu.Item onClick={() => void change()}>
      {t(isPublished ? 'publish.draft' : 'publish.publish')}
    </Menu.Item>
  )
}
