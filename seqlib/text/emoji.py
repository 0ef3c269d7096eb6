"""Say by which word an emoji inside a sentence is read: word vectors have rows for words only.

Made by hand for this project: for each emoji the common word that says best what people mean by
it. Skin tones and variation selectors are left out; a joined emoji is read as its first part.
"""

from __future__ import annotations

import re

_WORDS = """
love ❤ 🧡 💛 💚 💙 💜 🤎 🖤 🤍 💕 💖 💗 💓 💞 💘 💝 😍 🥰 😻 💟 ❣ 🫶 ♥
kiss 😘 😗 😙 😚 💋 😽 💏
hug 🤗 🫂
couple 💑 👫 👬 👭
wedding 💒 💍 👰 🤵
happy 😀 😃 😄 😁 😊 🙂 ☺ 😺 😸 🤩 😇 🥹
laughing 😂 🤣 😆 😅 😹
funny 😜 😝 😛 🤪 🤡
party 🎉 🎊 🥳 🎈
birthday 🎂
gift 🎁
great 👍 👏 💯 🌟 ⭐ ✨ 🔥 🙌 🤘 👌 😎
dance 💃 🕺
sad 😞 😔 😟 🙁 ☹ 😣 😩 😫 😿 🥺 😕 😓
crying 😢 😭
broken 💔
angry 😠 😡 🤬 😤 👿
afraid 😨 😰 😱 😧 😦
tired 😴 🥱 😪
sick 🤒 🤕 🤢 🤮 😷 🤧
dead 💀 ☠ ⚰ 🪦
bad 👎
rain 🌧 ☔ 🌦
sun ☀ 🌞 🌅
snow ❄ ☃ ⛄
baseball ⚾ 🥎
football ⚽ 🏈
basketball 🏀 ⛹
tennis 🎾
volleyball 🏐
rugby 🏉
badminton 🏸
hockey 🏒 🏑
golf ⛳ 🏌
bowling 🎳
cricket 🏏
boxing 🥊
karate 🥋
skiing ⛷ 🎿
snowboard 🏂
skating ⛸ 🛼
skateboard 🛹
swimming 🏊 🤽
surfing 🏄
running 🏃 👟
cycling 🚴 🚵 🚲
rowing 🚣 🛶
gym 🏋 💪
chess ♟
darts 🎯
game 🎮 🎲
trophy 🏆 🏅 🥇 🥈 🥉
eat 🍽 🍴 🥄 😋 🤤
pizza 🍕
burger 🍔
fries 🍟
sandwich 🥪 🌭 🥙 🌯
taco 🌮
spaghetti 🍝
noodles 🍜
sushi 🍣 🍱
rice 🍚 🍙
soup 🍲 🥣 🥘
dumplings 🥟
bread 🍞 🥖 🥐 🥯
cheese 🧀 🫕
egg 🥚 🍳
pancakes 🥞 🧇
bacon 🥓
meat 🥩 🍖
chicken 🍗
fish 🐟 🍤
salad 🥗
apple 🍎 🍏
banana 🍌
strawberry 🍓
cherries 🍒
melon 🍉 🍈
lemon 🍋 🍊
cake 🍰 🧁
pie 🥧
cookie 🍪
chocolate 🍫
candy 🍬 🍭
donut 🍩
popcorn 🍿
dessert 🍦 🍨 🍧 🍮
coffee ☕
tea 🍵 🫖 🧋
beer 🍺 🍻
wine 🍷
champagne 🥂 🍾
cocktail 🍹 🍸
milk 🥛 🍼
dog 🐶 🐕
cat 🐱 🐈
baby 👶
"""
_BESIDES = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")

EMOJI: dict[str, str] = {
    emoji: word for word, *row in map(str.split, _WORDS.strip().split("\n")) for emoji in row
}


def word_of(token: str) -> str:
    """Return the word that stands for an emoji in the table; "" for any other token."""
    bare = _BESIDES.sub("", token)
    return EMOJI.get(bare) or EMOJI.get(bare.split("\u200d")[0], "")
