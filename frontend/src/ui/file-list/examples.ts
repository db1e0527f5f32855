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
    name: 'refused',
    component: FileList,
    props: { ...props, files: [], problems: ['a.pdf: файл не читается. Он повреждён.'] },
  },
] satisfies Example[]
