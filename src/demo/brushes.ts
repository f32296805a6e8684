import type { DemoProduct } from './product.ts'

export const brushes: DemoProduct = {
  title: 'Brush Presets',
  description: 'Twelve watercolour brushes to download, and how to install them.',
  type: 'Digital Download',
  picture: '/demo/brushes.svg',
  modules: [
    {
      title: 'Download',
      lessons: [
        {
          title: 'The brush sheet',
          body: 'All twelve brushes on one sheet, as an SVG file that opens in every vector program.',
          picture: { url: '/demo/brush-sheet.svg', alt: 'Twelve strokes of different brushes' },
          download: '/demo/brush-sheet.svg',
        },
        {
          title: 'Installing the brushes',
          body: 'Open the file in your drawing program, select a stroke, and choose "New brush". Name it after the number on the sheet.',
        },
        {
          title: 'Which brush for what',
          body: '1 to 4 are for washes, 5 to 8 for edges and lines, 9 to 12 for texture.\n\nBegin with 2 and 6: most of the landscape in Watercolour Basics can be painted with these two.',
        },
      ],
    },
  ],
}
