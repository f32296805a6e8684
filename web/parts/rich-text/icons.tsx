/** Outlines of Tabler Icons 3.52, as in ../icons.tsx: those of the editor alone. */
import { Icon, type IconProps } from '../icons.tsx'

export const BoldIcon = (props: IconProps) => (
  <Icon paths={['M7 5h6a3.5 3.5 0 0 1 0 7h-6l0 -7', 'M13 12h1a3.5 3.5 0 0 1 0 7h-7v-7']} {...props} />
)
export const ItalicIcon = (props: IconProps) => (
  <Icon paths={['M11 5l6 0', 'M7 19l6 0', 'M14 5l-4 14']} {...props} />
)
export const ListIcon = (props: IconProps) => (
  <Icon
    paths={['M9 6l11 0', 'M9 12l11 0', 'M9 18l11 0', 'M5 6l0 .01', 'M5 12l0 .01', 'M5 18l0 .01']}
    {...props}
  />
)
export const NumberedListIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M11 6h9',
      'M11 12h9',
      'M12 18h8',
      'M4 16a2 2 0 1 1 4 0c0 .591 -.5 1 -1 1.5l-3 2.5h4',
      'M6 10v-6l-2 2',
    ]}
    {...props}
  />
)
export const QuoteIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M6 15h15',
      'M21 19h-15',
      'M15 11h6',
      'M21 7h-6',
      'M9 9h1a1 1 0 1 1 -1 1v-2.5a2 2 0 0 1 2 -2',
      'M3 9h1a1 1 0 1 1 -1 1v-2.5a2 2 0 0 1 2 -2',
    ]}
    {...props}
  />
)
export const LinkIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M9 15l6 -6',
      'M11 6l.463 -.536a5 5 0 0 1 7.071 7.072l-.534 .464',
      'M13 18l-.397 .534a5.068 5.068 0 0 1 -7.127 0a4.972 4.972 0 0 1 0 -7.071l.524 -.463',
    ]}
    {...props}
  />
)
export const UndoIcon = (props: IconProps) => (
  <Icon paths={['M9 14l-4 -4l4 -4', 'M5 10h11a4 4 0 1 1 0 8h-1']} {...props} />
)
export const RedoIcon = (props: IconProps) => (
  <Icon paths={['M15 14l4 -4l-4 -4', 'M19 10h-11a4 4 0 1 0 0 8h1']} {...props} />
)
