import type { DemoProduct } from './product.ts'

export const watercolour: DemoProduct = {
  title: 'Watercolour Basics',
  description: 'Paper, brushes, washes: twelve lessons to your first landscape.',
  type: 'Course',
  picture: '/demo/watercolour.svg',
  modules: [
    {
      title: 'Materials',
      lessons: [
        {
          title: 'Paper',
          body: 'Use cotton paper of 300 g/m² if you can. It stays flat when it is wet, and you can lift colour from it again.\n\nTape the sheet to a board on all four sides. Leave the tape on until the painting is dry.',
          picture: { url: '/demo/paper.svg', alt: 'A sheet of paper taped to a board on all four sides' },
        },
        {
          title: 'Brushes',
          body: 'Three brushes are enough: a large round one, a small round one, and a flat one for skies.\n\nWash them in cold water, shape the tip with your fingers, and let them dry lying down.',
          picture: { url: '/demo/brushes-three.svg', alt: 'A large round, a small round and a flat brush' },
        },
        {
          title: 'A palette of six colours',
          body: 'Take a warm and a cool version of each primary colour: two yellows, two reds, two blues. You can mix everything in this course from them.\n\nPaint a small square of each, and keep the card beside your palette.',
          picture: {
            url: '/demo/palette.svg',
            alt: 'Six squares of colour: two yellows, two reds and two blues',
          },
        },
      ],
    },
    {
      title: 'Washes',
      lessons: [
        {
          title: 'A flat wash',
          body: 'Mix more colour than you think you need. Tilt the board, load the large brush, and draw a bead of paint across the top.\n\nPick up the bead with each new stroke, and do not go back into what is already wet.',
          picture: { url: '/demo/wash-flat.svg', alt: 'An even blue wash from top to bottom' },
        },
        {
          title: 'A graded wash',
          body: 'Begin like a flat wash. With each stroke, take a little more water and a little less colour, until the last stroke is clear water.',
          picture: {
            url: '/demo/wash-graded.svg',
            alt: 'A blue wash that becomes lighter towards the bottom',
          },
        },
        {
          title: 'Wet in wet',
          body: 'Wet the paper evenly and wait until the shine turns dull. Touch it with colour, and watch where it goes.\n\nTry it at three degrees of wetness on one sheet, and note the minutes beside each.',
          picture: { url: '/demo/wash-wet.svg', alt: 'Two colours that run into each other on wet paper' },
        },
        {
          title: 'Your first sky',
          body: 'Wet the upper two thirds of the sheet. Drop in blue at the top and let it run down. The clouds are the places that you leave white.\n\nStop early: a sky takes three minutes.',
        },
      ],
    },
    {
      title: 'Form and depth',
      lessons: [
        {
          title: 'Hard and soft edges',
          body: 'Wet paint on dry paper makes a hard edge. A clean damp brush along it makes it soft.\n\nPaint five circles, and soften a different part of each.',
        },
        {
          title: 'Light to dark',
          body: 'Watercolour goes from light to dark: white is the paper. Plan your lightest places first, then add one darker layer at a time, each on a dry one.',
        },
        {
          title: 'Distance',
          body: 'Hills in the distance are paler, bluer and have softer edges. Paint three rows of hills with one colour and more water for each row further away.',
          picture: { url: '/demo/hills.svg', alt: 'Three rows of hills, each further one paler' },
        },
      ],
    },
    {
      title: 'A landscape',
      lessons: [
        {
          title: 'Composing with a viewfinder',
          body: 'Cut a window of 6 by 4 cm into a card, and look at your motif through it. Put the horizon above or below the middle.\n\nMake three sketches of two minutes each, and choose one.',
        },
        {
          title: 'Painting the landscape',
          body: 'Sky first, then the hills from far to near, then the foreground. Wait for each layer to dry.\n\nSign it, take the tape off slowly, and show it in the Studio Circle.',
          picture: {
            url: '/demo/landscape.svg',
            alt: 'A finished landscape with hills, a lake and an evening sky',
          },
        },
      ],
    },
  ],
}
