const functions = require('@google-cloud/functions-framework');

functions.http('hello', (req, res) => {
  res.send(`Hello, ${req.query.name ?? req.body.name ?? 'World'}!\n`);
});

functions.cloudEvent('on-upload', (event) => {
  console.log(`${event.type} ${event.id}: ${event.data.bucket}/${event.data.name}`);
});
