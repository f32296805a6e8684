/** Outlines of Tabler Icons 3.52 (MIT license, https://tabler.io/icons): those that the portal uses. */

export interface IconProps {
  /** Pixels. */
  size?: number
}

/** An outline of 24 by 24 units, from its paths. */
export function Icon({ paths, size = 18 }: IconProps & { paths: string[] }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {paths.map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  )
}

export const HomeIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M5 12l-2 0l9 -9l9 9l-2 0',
      'M5 12v7a2 2 0 0 0 2 2h10a2 2 0 0 0 2 -2v-7',
      'M9 21v-6a2 2 0 0 1 2 -2h2a2 2 0 0 1 2 2v6',
    ]}
    {...props}
  />
)
export const SortIcon = (props: IconProps) => (
  <Icon paths={['M8 9l4 -4l4 4', 'M16 15l-4 4l-4 -4']} {...props} />
)
export const FilterIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M4 4h16v2.172a2 2 0 0 1 -.586 1.414l-4.414 4.414v7l-6 2v-8.5l-4.48 -4.928a2 2 0 0 1 -.52 -1.345v-2.227',
    ]}
    {...props}
  />
)
export const ColumnsIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M4 6l5.5 0',
      'M4 10l5.5 0',
      'M4 14l5.5 0',
      'M4 18l5.5 0',
      'M14.5 6l5.5 0',
      'M14.5 10l5.5 0',
      'M14.5 14l5.5 0',
      'M14.5 18l5.5 0',
    ]}
    {...props}
  />
)
export const FieldIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M12 3a3 3 0 0 0 -3 3v12a3 3 0 0 0 3 3',
      'M6 3a3 3 0 0 1 3 3v12a3 3 0 0 1 -3 3',
      'M13 7h7a1 1 0 0 1 1 1v8a1 1 0 0 1 -1 1h-7',
      'M5 7h-1a1 1 0 0 0 -1 1v8a1 1 0 0 0 1 1h1',
      'M17 12h.01',
      'M13 12h.01',
    ]}
    {...props}
  />
)
export const JobsIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M3.5 5.5l1.5 1.5l2.5 -2.5',
      'M3.5 11.5l1.5 1.5l2.5 -2.5',
      'M3.5 17.5l1.5 1.5l2.5 -2.5',
      'M11 6l9 0',
      'M11 12l9 0',
      'M11 18l9 0',
    ]}
    {...props}
  />
)
export const KeyboardIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M2 8a2 2 0 0 1 2 -2h16a2 2 0 0 1 2 2v8a2 2 0 0 1 -2 2h-16a2 2 0 0 1 -2 -2l0 -8',
      'M6 10l0 .01',
      'M10 10l0 .01',
      'M14 10l0 .01',
      'M18 10l0 .01',
      'M6 14l0 .01',
      'M18 14l0 .01',
      'M10 14l4 .01',
    ]}
    {...props}
  />
)
export const DownloadIcon = (props: IconProps) => (
  <Icon paths={['M4 17v2a2 2 0 0 0 2 2h12a2 2 0 0 0 2 -2v-2', 'M7 11l5 5l5 -5', 'M12 4l0 12']} {...props} />
)
export const MergeIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M8 7l4 -4l4 4',
      'M12 3v5.394a6.737 6.737 0 0 1 -3 5.606a6.737 6.737 0 0 0 -3 5.606v1.394',
      'M12 3v5.394a6.737 6.737 0 0 0 3 5.606a6.737 6.737 0 0 1 3 5.606v1.394',
    ]}
    {...props}
  />
)
export const SignInIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M9 8v-2a2 2 0 0 1 2 -2h7a2 2 0 0 1 2 2v12a2 2 0 0 1 -2 2h-7a2 2 0 0 1 -2 -2v-2',
      'M3 12h13l-3 -3',
      'M13 15l3 -3',
    ]}
    {...props}
  />
)
export const ContactsIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M5 7a4 4 0 1 0 8 0a4 4 0 1 0 -8 0',
      'M3 21v-2a4 4 0 0 1 4 -4h4a4 4 0 0 1 4 4v2',
      'M16 3.13a4 4 0 0 1 0 7.75',
      'M21 21v-2a4 4 0 0 0 -3 -3.85',
    ]}
    {...props}
  />
)
export const TagIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M6.5 7.5a1 1 0 1 0 2 0a1 1 0 1 0 -2 0',
      'M3 6v5.172a2 2 0 0 0 .586 1.414l7.71 7.71a2.41 2.41 0 0 0 3.408 0l5.592 -5.592a2.41 2.41 0 0 0 0 -3.408l-7.71 -7.71a2 2 0 0 0 -1.414 -.586h-5.172a3 3 0 0 0 -3 3',
    ]}
    {...props}
  />
)
export const FormIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M12 3a3 3 0 0 0 -3 3v12a3 3 0 0 0 3 3',
      'M6 3a3 3 0 0 1 3 3v12a3 3 0 0 1 -3 3',
      'M13 7h7a1 1 0 0 1 1 1v8a1 1 0 0 1 -1 1h-7',
      'M5 7h-1a1 1 0 0 0 -1 1v8a1 1 0 0 0 1 1h1',
      'M17 12h.01',
      'M13 12h.01',
    ]}
    {...props}
  />
)
export const OfferIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M3 9a1 1 0 0 1 1 -1h16a1 1 0 0 1 1 1v2a1 1 0 0 1 -1 1h-16a1 1 0 0 1 -1 -1l0 -2',
      'M12 8l0 13',
      'M19 12v7a2 2 0 0 1 -2 2h-10a2 2 0 0 1 -2 -2v-7',
      'M7.5 8a2.5 2.5 0 0 1 0 -5a4.8 8 0 0 1 4.5 5a4.8 8 0 0 1 4.5 -5a2.5 2.5 0 0 1 0 5',
    ]}
    {...props}
  />
)
export const ProductIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M12 3l8 4.5l0 9l-8 4.5l-8 -4.5l0 -9l8 -4.5',
      'M12 12l8 -4.5',
      'M12 12l0 9',
      'M12 12l-8 -4.5',
      'M16 5.25l-8 4.5',
    ]}
    {...props}
  />
)
export const PageIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M14 3v4a1 1 0 0 0 1 1h4',
      'M17 21h-10a2 2 0 0 1 -2 -2v-14a2 2 0 0 1 2 -2h7l5 5v11a2 2 0 0 1 -2 2',
      'M9 9l1 0',
      'M9 13l6 0',
      'M9 17l6 0',
    ]}
    {...props}
  />
)
export const AutomationIcon = (props: IconProps) => (
  <Icon paths={['M13 3l0 7l6 0l-8 11l0 -7l-6 0l8 -11']} {...props} />
)
export const EmailIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M3 7a2 2 0 0 1 2 -2h14a2 2 0 0 1 2 2v10a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-10',
      'M3 7l9 6l9 -6',
    ]}
    {...props}
  />
)
export const WebhookIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M4.876 13.61a4 4 0 1 0 6.124 3.39h6',
      'M15.066 20.502a4 4 0 1 0 1.934 -7.502c-.706 0 -1.424 .179 -2 .5l-3 -5.5',
      'M16 8a4 4 0 1 0 -8 0c0 1.506 .77 2.818 2 3.5l-3 5.5',
    ]}
    {...props}
  />
)
export const KeyIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M16.555 3.843l3.602 3.602a2.877 2.877 0 0 1 0 4.069l-2.643 2.643a2.877 2.877 0 0 1 -4.069 0l-.301 -.301l-6.558 6.558a2 2 0 0 1 -1.239 .578l-.175 .008h-1.172a1 1 0 0 1 -.993 -.883l-.007 -.117v-1.172a2 2 0 0 1 .467 -1.284l.119 -.13l.414 -.414h2v-2h2v-2l2.144 -2.144l-.301 -.301a2.877 2.877 0 0 1 0 -4.069l2.643 -2.643a2.877 2.877 0 0 1 4.069 0',
      'M15 9h.01',
    ]}
    {...props}
  />
)
export const ActivityIcon = (props: IconProps) => (
  <Icon paths={['M12 8l0 4l2 2', 'M3.05 11a9 9 0 1 1 .5 4m-.5 5v-5h5']} {...props} />
)
export const SettingsIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M10.325 4.317c.426 -1.756 2.924 -1.756 3.35 0a1.724 1.724 0 0 0 2.573 1.066c1.543 -.94 3.31 .826 2.37 2.37a1.724 1.724 0 0 0 1.065 2.572c1.756 .426 1.756 2.924 0 3.35a1.724 1.724 0 0 0 -1.066 2.573c.94 1.543 -.826 3.31 -2.37 2.37a1.724 1.724 0 0 0 -2.572 1.065c-.426 1.756 -2.924 1.756 -3.35 0a1.724 1.724 0 0 0 -2.573 -1.066c-1.543 .94 -3.31 -.826 -2.37 -2.37a1.724 1.724 0 0 0 -1.065 -2.572c-1.756 -.426 -1.756 -2.924 0 -3.35a1.724 1.724 0 0 0 1.066 -2.573c-.94 -1.543 .826 -3.31 2.37 -2.37c1 .608 2.296 .07 2.572 -1.065',
      'M9 12a3 3 0 1 0 6 0a3 3 0 0 0 -6 0',
    ]}
    {...props}
  />
)
export const TeamIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M10 13a2 2 0 1 0 4 0a2 2 0 0 0 -4 0',
      'M8 21v-1a2 2 0 0 1 2 -2h4a2 2 0 0 1 2 2v1',
      'M15 5a2 2 0 1 0 4 0a2 2 0 0 0 -4 0',
      'M17 10h2a2 2 0 0 1 2 2v1',
      'M5 5a2 2 0 1 0 4 0a2 2 0 0 0 -4 0',
      'M3 13v-1a2 2 0 0 1 2 -2h2',
    ]}
    {...props}
  />
)
export const SearchIcon = (props: IconProps) => (
  <Icon paths={['M3 10a7 7 0 1 0 14 0a7 7 0 1 0 -14 0', 'M21 21l-6 -6']} {...props} />
)
export const PlusIcon = (props: IconProps) => <Icon paths={['M12 5l0 14', 'M5 12l14 0']} {...props} />
export const CloseIcon = (props: IconProps) => <Icon paths={['M18 6l-12 12', 'M6 6l12 12']} {...props} />
export const CheckIcon = (props: IconProps) => <Icon paths={['M5 12l5 5l10 -10']} {...props} />
export const CopyIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M7 9.667a2.667 2.667 0 0 1 2.667 -2.667h8.666a2.667 2.667 0 0 1 2.667 2.667v8.666a2.667 2.667 0 0 1 -2.667 2.667h-8.666a2.667 2.667 0 0 1 -2.667 -2.667l0 -8.666',
      'M4.012 16.737a2.005 2.005 0 0 1 -1.012 -1.737v-10c0 -1.1 .9 -2 2 -2h10c.75 0 1.158 .385 1.5 1',
    ]}
    {...props}
  />
)
export const AlertIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M12 9v4',
      'M10.363 3.591l-8.106 13.534a1.914 1.914 0 0 0 1.636 2.871h16.214a1.914 1.914 0 0 0 1.636 -2.87l-8.106 -13.536a1.914 1.914 0 0 0 -3.274 0',
      'M12 16h.01',
    ]}
    {...props}
  />
)
export const ClockIcon = (props: IconProps) => (
  <Icon paths={['M3 12a9 9 0 1 0 18 0a9 9 0 0 0 -18 0', 'M12 7v5l3 3']} {...props} />
)
export const StopIcon = (props: IconProps) => (
  <Icon paths={['M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0', 'M10 10l4 4m0 -4l-4 4']} {...props} />
)
export const DoneIcon = (props: IconProps) => (
  <Icon paths={['M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0', 'M9 12l2 2l4 -4']} {...props} />
)
export const WaitIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M6.5 7h11',
      'M6.5 17h11',
      'M6 20v-2a6 6 0 1 1 12 0v2a1 1 0 0 1 -1 1h-10a1 1 0 0 1 -1 -1',
      'M6 4v2a6 6 0 1 0 12 0v-2a1 1 0 0 0 -1 -1h-10a1 1 0 0 0 -1 1',
    ]}
    {...props}
  />
)
export const ChevronIcon = (props: IconProps) => <Icon paths={['M9 6l6 6l-6 6']} {...props} />
export const ChevronUpIcon = (props: IconProps) => <Icon paths={['M6 15l6 -6l6 6']} {...props} />
export const ChevronDownIcon = (props: IconProps) => <Icon paths={['M6 9l6 6l6 -6']} {...props} />
export const LeftIcon = (props: IconProps) => <Icon paths={['M15 6l-6 6l6 6']} {...props} />
export const MoreIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M4 12a1 1 0 1 0 2 0a1 1 0 1 0 -2 0',
      'M11 12a1 1 0 1 0 2 0a1 1 0 1 0 -2 0',
      'M18 12a1 1 0 1 0 2 0a1 1 0 1 0 -2 0',
    ]}
    {...props}
  />
)
export const SunIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M8 12a4 4 0 1 0 8 0a4 4 0 1 0 -8 0',
      'M3 12h1m8 -9v1m8 8h1m-9 8v1m-6.4 -15.4l.7 .7m12.1 -.7l-.7 .7m0 11.4l.7 .7m-12.1 -.7l-.7 .7',
    ]}
    {...props}
  />
)
export const MoonIcon = (props: IconProps) => (
  <Icon
    paths={['M12 3c.132 0 .263 0 .393 0a7.5 7.5 0 0 0 7.92 12.446a9 9 0 1 1 -8.313 -12.454l0 .008']}
    {...props}
  />
)
export const SignOutIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M14 8v-2a2 2 0 0 0 -2 -2h-7a2 2 0 0 0 -2 2v12a2 2 0 0 0 2 2h7a2 2 0 0 0 2 -2v-2',
      'M9 12h12l-3 -3',
      'M18 15l3 -3',
    ]}
    {...props}
  />
)
export const NoteIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M13 20l7 -7',
      'M13 20v-6a1 1 0 0 1 1 -1h6v-7a2 2 0 0 0 -2 -2h-12a2 2 0 0 0 -2 2v12a2 2 0 0 0 2 2h7',
    ]}
    {...props}
  />
)
export const TrashIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M4 7l16 0',
      'M10 11l0 6',
      'M14 11l0 6',
      'M5 7l1 12a2 2 0 0 0 2 2h8a2 2 0 0 0 2 -2l1 -12',
      'M9 7v-3a1 1 0 0 1 1 -1h4a1 1 0 0 1 1 1v3',
    ]}
    {...props}
  />
)
export const RotateIcon = (props: IconProps) => (
  <Icon
    paths={['M20 11a8.1 8.1 0 0 0 -15.5 -2m-.5 -4v4h4', 'M4 13a8.1 8.1 0 0 0 15.5 2m.5 4v-4h-4']}
    {...props}
  />
)
export const CodeIcon = (props: IconProps) => (
  <Icon paths={['M7 8l-4 4l4 4', 'M17 8l4 4l-4 4', 'M14 4l-4 16']} {...props} />
)
export const ReplayIcon = (props: IconProps) => (
  <Icon paths={['M20 5v14l-12 -7l12 -7', 'M4 5l0 14']} {...props} />
)
export const ExternalIcon = (props: IconProps) => (
  <Icon
    paths={['M12 6h-6a2 2 0 0 0 -2 2v10a2 2 0 0 0 2 2h10a2 2 0 0 0 2 -2v-6', 'M11 13l9 -9', 'M15 4h5v5']}
    {...props}
  />
)
export const MenuIcon = (props: IconProps) => (
  <Icon paths={['M4 6l16 0', 'M4 12l16 0', 'M4 18l16 0']} {...props} />
)
export const PauseIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M6 6a1 1 0 0 1 1 -1h2a1 1 0 0 1 1 1v12a1 1 0 0 1 -1 1h-2a1 1 0 0 1 -1 -1l0 -12',
      'M14 6a1 1 0 0 1 1 -1h2a1 1 0 0 1 1 1v12a1 1 0 0 1 -1 1h-2a1 1 0 0 1 -1 -1l0 -12',
    ]}
    {...props}
  />
)
export const PlayIcon = (props: IconProps) => <Icon paths={['M7 4v16l13 -8l-13 -8']} {...props} />
export const MinusIcon = (props: IconProps) => (
  <Icon paths={['M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0', 'M9 12l6 0']} {...props} />
)
export const LockIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M5 13a2 2 0 0 1 2 -2h10a2 2 0 0 1 2 2v6a2 2 0 0 1 -2 2h-10a2 2 0 0 1 -2 -2v-6',
      'M11 16a1 1 0 1 0 2 0a1 1 0 0 0 -2 0',
      'M8 11v-4a4 4 0 1 1 8 0v4',
    ]}
    {...props}
  />
)
export const EditIcon = (props: IconProps) => (
  <Icon paths={['M4 20h4l10.5 -10.5a2.828 2.828 0 1 0 -4 -4l-10.5 10.5v4', 'M13.5 6.5l4 4']} {...props} />
)
export const LanguageIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M9 6.371c0 4.418 -2.239 6.629 -5 6.629',
      'M4 6.371h7',
      'M5 9c0 2.144 2.252 3.908 6 4',
      'M12 20l4 -9l4 9',
      'M19.1 18h-6.2',
      'M6.694 3l.793 .582',
    ]}
    {...props}
  />
)
export const UploadIcon = (props: IconProps) => (
  <Icon paths={['M4 17v2a2 2 0 0 0 2 2h12a2 2 0 0 0 2 -2v-2', 'M7 9l5 -5l5 5', 'M12 4l0 12']} {...props} />
)
export const GripIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M8 5a1 1 0 1 0 2 0a1 1 0 1 0 -2 0',
      'M8 12a1 1 0 1 0 2 0a1 1 0 1 0 -2 0',
      'M8 19a1 1 0 1 0 2 0a1 1 0 1 0 -2 0',
      'M14 5a1 1 0 1 0 2 0a1 1 0 1 0 -2 0',
      'M14 12a1 1 0 1 0 2 0a1 1 0 1 0 -2 0',
      'M14 19a1 1 0 1 0 2 0a1 1 0 1 0 -2 0',
    ]}
    {...props}
  />
)
export const UpIcon = (props: IconProps) => (
  <Icon paths={['M12 5l0 14', 'M18 11l-6 -6', 'M6 11l6 -6']} {...props} />
)
export const DownIcon = (props: IconProps) => (
  <Icon paths={['M12 5l0 14', 'M18 13l-6 6', 'M6 13l6 6']} {...props} />
)
export const PictureIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M15 8h.01',
      'M3 6a3 3 0 0 1 3 -3h12a3 3 0 0 1 3 3v12a3 3 0 0 1 -3 3h-12a3 3 0 0 1 -3 -3v-12',
      'M3 16l5 -5c.928 -.893 2.072 -.893 3 0l5 5',
      'M14 14l1 -1c.928 -.893 2.072 -.893 3 0l3 3',
    ]}
    {...props}
  />
)
export const VideoIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M15 10l4.553 -2.276a1 1 0 0 1 1.447 .894v6.764a1 1 0 0 1 -1.447 .894l-4.553 -2.276v-4',
      'M3 8a2 2 0 0 1 2 -2h8a2 2 0 0 1 2 2v8a2 2 0 0 1 -2 2h-8a2 2 0 0 1 -2 -2l0 -8',
    ]}
    {...props}
  />
)
export const SoundIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M3 17a3 3 0 1 0 6 0a3 3 0 0 0 -6 0',
      'M13 17a3 3 0 1 0 6 0a3 3 0 0 0 -6 0',
      'M9 17v-13h10v13',
      'M9 8h10',
    ]}
    {...props}
  />
)
export const FileIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M14 3v4a1 1 0 0 0 1 1h4',
      'M17 21h-10a2 2 0 0 1 -2 -2v-14a2 2 0 0 1 2 -2h7l5 5v11a2 2 0 0 1 -2 2',
      'M9 9l1 0',
      'M9 13l6 0',
      'M9 17l6 0',
    ]}
    {...props}
  />
)
export const OrderIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M5 21v-16a2 2 0 0 1 2 -2h10a2 2 0 0 1 2 2v16l-3 -2l-2 2l-2 -2l-2 2l-2 -2l-3 2',
      'M9 7l6 0',
      'M9 11l6 0',
      'M13 15l2 0',
    ]}
    {...props}
  />
)
export const PurchaseIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M6.331 8h11.339a2 2 0 0 1 1.977 2.304l-1.255 8.152a3 3 0 0 1 -2.966 2.544h-6.852a3 3 0 0 1 -2.965 -2.544l-1.255 -8.152a2 2 0 0 1 1.977 -2.304z',
      'M9 11v-5a3 3 0 0 1 6 0v5',
    ]}
    {...props}
  />
)
export const TransactionIcon = (props: IconProps) => (
  <Icon paths={['M7 10h14l-4 -4', 'M17 14h-14l4 4']} {...props} />
)
export const SubscriptionIcon = (props: IconProps) => (
  <Icon
    paths={['M4 12v-3a3 3 0 0 1 3 -3h13m-3 -3l3 3l-3 3', 'M20 12v3a3 3 0 0 1 -3 3h-13m3 3l-3 -3l3 -3']}
    {...props}
  />
)
export const CouponIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M15 5l0 2',
      'M15 11l0 2',
      'M15 17l0 2',
      'M5 5h14a2 2 0 0 1 2 2v3a2 2 0 0 0 0 4v3a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-3a2 2 0 0 0 0 -4v-3a2 2 0 0 1 2 -2',
    ]}
    {...props}
  />
)
export const PayoutIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M3 21l18 0',
      'M3 10l18 0',
      'M5 6l7 -3l7 3',
      'M4 10l0 11',
      'M20 10l0 11',
      'M8 14l0 3',
      'M12 14l0 3',
      'M16 14l0 3',
    ]}
    {...props}
  />
)
export const ReportIcon = (props: IconProps) => (
  <Icon
    paths={[
      'M3 13a1 1 0 0 1 1 -1h4a1 1 0 0 1 1 1v6a1 1 0 0 1 -1 1h-4a1 1 0 0 1 -1 -1z',
      'M15 9a1 1 0 0 1 1 -1h4a1 1 0 0 1 1 1v10a1 1 0 0 1 -1 1h-4a1 1 0 0 1 -1 -1z',
      'M9 5a1 1 0 0 1 1 -1h4a1 1 0 0 1 1 1v14a1 1 0 0 1 -1 1h-4a1 1 0 0 1 -1 -1z',
    ]}
    {...props}
  />
)
