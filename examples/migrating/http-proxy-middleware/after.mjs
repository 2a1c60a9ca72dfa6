// The same shop, its proxies written as in an Apache configuration.
import express from 'express';
import { forExpress } from 'portico/middleware';

const { API, LIVE, PORT = '3000' } = process.env;

const rules = forExpress({
  configuration: `
    ProxyPass "/api/" "${API}/v1/" timeout=5
    ProxyPassReverse "/api/" "${API}/v1/"
    ProxyPassReverseCookieDomain "api.internal" "shop.example"
    ProxyPassReverseCookiePath "/v1/" "/api/"
    <Location "/api/">
      RequestHeader set X-Front "shop"
      RequestHeader set X-Forwarded-Proto "expr=%{REQUEST_SCHEME}"
      RequestHeader unset Cookie
      Header unset X-Powered-By
      Header set X-Content-Type-Options "nosniff"
      ErrorDocument 503 "The API is away."
    </Location>
    ProxyPass "/live" "${LIVE}/live" upgrade=websocket
  `,
});

const app = express();
app.use(rules);
app.get('/', (_request, response) => void response.send('the shop'));

const server = app.listen(Number(PORT), '127.0.0.1', () =>
  console.log(`listening on http://127.0.0.1:${server.address().port}`),
);
server.on('upgrade', rules.upgrade);
