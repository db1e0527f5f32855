// Dropping is never the only way; a refusal stands beside the place.
import type { Example } from '../examples.ts'
import FileList from './file-list.svelte'

const file = { id: 'f1', name: 'Согласие собственника.pdf', size: 1_258_291, mediaType: 'application/pdf' }
const props = {
  label: 'Документы',
  max: 3,
  onpick: () => undefined,
  onopen: () => undefined,
  onremove: () => undefined,
}

export default [
  { name: 'empty', component: FileList, props: { ...props, files: [] } },
  { name: 'with a file', component: FileList, props: { ...props, files: [file] } },
  { name: 'full', component: FileList, props: { ...props, files: [file], max: 1 } },
  { name: 'copying', component: FileList, props: { ...props, files: [file], busy: true } },
  {
    name: 'a picture, with what is taken',
    component: FileList,
    props: {
      ...props,
      files: [{ ...file, name: 'Паспорт.jpg', mediaType: 'image/jpeg', editable: true }],
      onedit: () => undefined,
      budget: { text: 'Здесь занято 1,2 МБ из 30 МБ', part: 0.04 },
    },
  },
  {
    name: 'over the limit',
    component: FileList,
    props: {
      ...props,
      files: [file],
      budget: { text: 'Здесь занято 31 МБ из 30 МБ: это больше, чем примет портал', part: 1.03 },
    },
  },
  {
    name: 'refused',
    component: FileList,
    props: { ...props, files: [], problems: ['a.pdf: файл не читается. Он повреждён.'] },
  },
] satisfies Example[]
