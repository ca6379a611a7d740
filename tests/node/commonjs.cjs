// Loads the client from CommonJS in both ways; prints whether they are the same module.
const required = require('lnbits-payfeed')

import('lnbits-payfeed').then(imported => {
  console.log(required.PayfeedClient === imported.PayfeedClient)
})
