// A <button>, or a link with href; busy keeps the focus and the label.
import { textSnippet, type Example } from '../examples.ts'
import Button from './button.svelte'

export default [
  { name: 'primary', component: Button, props: { variant: 'primary', children: textSnippet('Подписать') } },
  {
    name: 'outlined with icon',
    component: Button,
    props: { icon: 'copy', children: textSnippet('Скопировать') },
  },
  { name: 'plain', component: Button, props: { variant: 'plain', children: textSnippet('Отмена') } },
  { name: 'danger', component: Button, props: { variant: 'danger', children: textSnippet('Отозвать') } },
  {
    name: 'busy',
    component: Button,
    props: { variant: 'primary', busy: true, children: textSnippet('Отправляем…') },
  },
  {
    name: 'with a key',
    component: Button,
    props: { size: 's', key: 'F9', children: textSnippet('Принять') },
  },
  { name: 'a link', component: Button, props: { href: '#/home', children: textSnippet('На главную') } },
] satisfies Example[]
