"""Emoji and words: the word an emoji in a sentence is read by, the emoji that a name stands for.

Word vectors have rows for words only. The first table, made by hand for this project, has for
each emoji the common word that says best what people mean by it. Skin tones and variation
selectors are left out; a joined emoji is read as its first part. The second has the names that
chat programs write between colons, where they are not Unicode's.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress

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
_NAMES = """
❤️ heart red_heart
💘 cupid
💝 gift_heart
😍 heart_eyes smiling_face_with_heart-eyes
😘 kissing_heart face_blowing_a_kiss
💋 kiss
😄 smile happy
😃 smiley
😁 grin
😊 blush
🙂 slight_smile
☺️ relaxed
😂 joy
🤣 rofl
😆 laughing satisfied
😅 sweat_smile
😜 stuck_out_tongue_winking_eye
😉 wink
😎 sunglasses
😏 smirk
😞 sad
🙁 slight_frown
☹️ frowning frowning_face
😢 cry
😭 sob
😡 rage pout
😱 scream
😰 cold_sweat
😷 mask
💩 poop hankey
🎉 tada
🎂 birthday
🎁 gift
👍 +1 thumbsup
👎 -1 thumbsdown
👏 clap
🙏 pray
💪 muscle
⭐ star
💯 100
⚽ soccer
🏈 football
🏀 basketball
🎾 tennis
🎯 dart
🍽️ plate_with_cutlery fork_and_knife_with_plate
🍕 pizza
🍟 fries
🍜 ramen
🍰 cake
🍎 apple
☕ coffee
🍺 beer
☀️ sunny sun
🌧️ cloud_with_rain
❄️ snowflake
🐶 dog
🐱 cat
"""
_BESIDES = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")

EMOJI: dict[str, str] = {
    emoji: word for word, *row in map(str.split, _WORDS.strip().split("\n")) for emoji in row
}


def word_of(token: str) -> str:
    """Return the word that stands for an emoji in the table; "" for any other token."""
    bare = _BESIDES.sub("", token)
    return EMOJI.get(bare) or EMOJI.get(bare.split("\u200d")[0], "")


_BY_NAME = {
    name: emoji for emoji, *names in map(str.split, _NAMES.strip().split("\n")) for name in names
}


def named(text: str) -> str:
    """Return the emoji whose name stands between colons, such as ``:heart:``; "" for other text."""
    name = text.strip().lower()
    if not re.fullmatch(r":[\w+ -]+:", name):
        return ""
    name = re.sub(" +", "_", name[1:-1].strip())
    if name in _BY_NAME:
        return _BY_NAME[name]
    spoken = name.replace("_", " ")
    for unicode_name in (spoken, f"{spoken} face", f"{spoken} sign", f"{spoken} symbol"):
        with suppress(KeyError):
            return unicodedata.lookup(unicode_name)
    return ""
