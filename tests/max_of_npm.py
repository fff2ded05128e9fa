"""The vendor's own client of MAX's Bot API: npm's ``@maxhub/max-bot-api``, polling and by webhook."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests import npm

SCRIPT = """
const { Bot, Webhook } = require('@maxhub/max-bot-api');
const say = (value) => console.log(JSON.stringify(value));
const [baseUrl, mode] = process.argv.slice(2);
const bot = new Bot('sandbox', { clientOptions: { baseUrl } });
const told = (ctx) => {
  const update = ctx.update, user = update.user || update.message.sender;
  say({ type: update.update_type, user: user.user_id, name: user.first_name, timestamp: update.timestamp,
        payload: update.payload || null, text: update.message ? update.message.body.text : null,
        chat: update.message ? update.message.recipient.chat_type : null });
  return user.user_id;
};
bot.on('bot_stopped', (ctx) => { told(ctx); });
bot.on('bot_started', async (ctx) => {
  const sent = await bot.api.sendMessageToUser(told(ctx), 'Здравствуйте');
  say({ sent: sent.body.text, mid: sent.body.mid });
});
bot.on('message_created', async (ctx) => {
  told(ctx);
  const sent = await ctx.reply('Слышу: ' + ctx.message.body.text);
  say({ sent: sent.body.text });
});
bot.catch((error) => say({ failed: String(error) }));
(async () => {
  const me = await bot.api.getMyInfo();
  say({ username: me.username, is_bot: me.is_bot });
  await bot.api.sendMessageToUser(1, 'x').catch((error) => say({ status: error.status, code: error.code }));
  if (mode === 'polling') { await bot.start(); return; }
  const hook = new Webhook(bot.api, ['bot_started', 'message_created'], 'sandbox',
                           { domain: 'http://x', path: '/hook', secret: 'secret_of_npm' });
  const handle = hook.createCallback(async (update) => {
    const sender = update.user || update.message.sender;
    say({ hooked: update.update_type, user: sender.user_id });
  });
  const server = require('node:http').createServer(handle);
  server.listen(0, '127.0.0.1', async () => {
    const url = 'http://127.0.0.1:' + server.address().port + '/hook';
    const done = await bot.api.subscribe(url, 'secret_of_npm', ['bot_started', 'message_created']);
    const listed = await bot.api.getSubscriptions();
    say({ subscribed: done.success, types: listed[0].updateTypes, same: listed[0].url === url });
  });
})();
"""


@contextmanager
def client(origin: str, *, mode: str) -> Iterator[npm.Peer]:
    """The client for the length of a test: ``polling``, or told by a ``webhook``."""
    with npm.running(npm.MAX_CLIENT, SCRIPT, origin, mode) as peer:
        yield peer
