import js from '@eslint/js'
import globals from 'globals'

const page = {
  ...{Vue: false, Quasar: false, QrcodeVue: false},
  ...{LNbits: 'writable', windowMixin: false, websocketUrl: false, Payfeed: false}
}

export default [
  js.configs.recommended,
  {
    rules: {
      complexity: ['error', 10],
      eqeqeq: ['error', 'always', {null: 'ignore'}],
      'no-unused-vars': ['error', {argsIgnorePattern: '^_', caughtErrors: 'none'}],
      'no-var': 'error',
      'prefer-const': 'error'
    }
  },
  {files: ['static/**'], languageOptions: {globals: globals.browser}},
  {
    files: ['static/{components,i18n,lib}/*.js'],
    languageOptions: {sourceType: 'script', globals: page}
  },
  {files: ['**/*.mjs', 'clients/js/*.js'], languageOptions: {globals: globals.node}},
  {
    files: ['tests/node/*.js'],
    languageOptions: {sourceType: 'commonjs', globals: globals.node}
  }
]
