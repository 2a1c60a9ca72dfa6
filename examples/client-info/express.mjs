// Express 5 with portico/client-info. Run: npm install express && node express.mjs (PORT=8000)
import express from 'express';
import { expressClientInfo } from 'portico/client-info';

const app = express();
app.use(expressClientInfo({ trust: ['loopback'] }));

app.get('/', (req, res) => {
  const { clientInfo: info } = req;
  res.type('text/plain').send(`You are ${info.address ?? 'unknown'} and asked ${info.url('/')}\n`);
});

const server = app.listen(Number(process.env.PORT ?? 8000), '127.0.0.1', () => {
  console.log(`listening on port ${server.address().port}`);
});
