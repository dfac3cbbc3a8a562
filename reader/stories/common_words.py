"""Common words of news, and how much they say about an article.

They stand in for statistics that a small collection lacks: among eight articles nearly every word is rare,
and only general knowledge tells "attack", which any two attacks share, from the name of a town. In a large
collection its own counts outweigh them.
"""

from __future__ import annotations

STOP_WORDS = """
    the of to in a and for on is that with it as at by from was has be an are its he his said have who will
    not after but were this had their they over more about up new which would one s t
    """
"""English words that are left out altogether: two fifths of English texts."""

USUAL_WORDS = """
    or been out she her than year years two first into people when could there all what also time last told
    government company world us no if before between while under against may can some three most week day
    since during says other him where state country million how you we so because many made now down off per
    back just them old percent cent high next man part only being home city set group police president
    minister monday tuesday wednesday thursday friday saturday sunday
    """
"""Words that weigh little in English news."""

NEWS_WORDS = """
    killed kill kills killing dead dies died death deaths injured injuries injures hurt wounded victims
    attack attacks attacked attackers gunmen bomb bombs bombing blast explosion explodes shot shooting shots
    fired army military soldiers troops rebels fighters militants war forces raid strike strikes struck
    security officials official officer officers authorities governor spokesman spokeswoman statement fire
    fires firefighters burned burns flames flood floods flooded storm storms rain rains snow wind winds
    weather forecast forecasters degrees temperatures sunny cloudy clouds sun dry warm cold highs lows
    earthquake quake evacuated rescue rescued rescuers crash crashed accident emergency court courts judge
    judges trial charged charges arrested arrest accused sentenced prison jail lawyer prosecutors case law
    investigation inquiry guilty murder crime parliament election elections vote voted votes party parties
    opposition leader leaders campaign council mayor cabinet ministry policy talks agreement deal agreed
    agree signed meeting visit summit bill profit profits sales revenue quarter quarterly results earnings
    earned shares share stock stocks index points market markets investors billion growth forecasts outlook
    demand chief executive board firm firms companies business businesses maker owner customers prices price
    cost costs rate rates bank banks economy economic trade tax taxes budget jobs job workers employees
    staff union pay wage money fund euros dollars pounds buy buys bought sell sells sold stake takeover
    offer bid plant factory industry rise rises rose rising fall falls fell falling higher lower increase
    increased raise raised cut cuts gain gains gained loss losses lost record win wins won winner beat beats
    victory defeat defeated match game games season league cup final team club players player coach score
    scored goal goals minute half champion title race medal school schools students teachers university
    hospital health doctors patients nurses study research researchers scientists disease vaccine cases risk
    treatment film films music album song book books author artist museum festival prize award actor
    director show stars star band technology software app apps internet online users data service services
    system systems website phone phones device computer version versions release released releases launch
    launches launched update fixes fix features feature support available report reports reported announced
    announces announcement according confirmed expected warned warns called calls asked asks plan plans
    planned start starts started begin begins began end ends ended open opens opened close closes closed
    stop stopped return returned take takes took find finds found shows showed see seen help helped leave
    leaves left hit hits face faces move moves keep run runs build built bring brings brought give gives
    gave put puts turn turned hold held local national international public north south east west northern
    southern eastern western central town village region area capital street road river sea coast island
    bridge station airport port train trains bus car cars lorry truck plane flight flights ship boat ferry
    driver drivers passenger passengers pilot woman women men child children family families residents house
    houses night morning evening afternoon month months hours days weeks january february april june july
    august september october november december early late near around least nearly almost several hundreds
    thousands dozens number twenty big small large long best better great good free full young main major
    top key second third work working looking apply experience engineer manager hybrid here why look life
    today tonight question answer read reading readers story letter links things former ex senior deputy
    head member members unions protest protests protested protesters demonstrators march marched rally fear
    fears feared ban bans banned rule rules ruling order orders ordered jailed jails sentence suspect
    suspects suspected robbery theft stolen thieves drugs weapons corruption fraud bribes appeal lawsuit
    sues sued fine fined license rights cyclist pedestrian motorist motorcyclist victim tram collided
    collision taken shock scene missing search searching helicopter lifeboat damage damaged destroyed
    destroys cause caused warning warnings alert danger dangerous risks safe safety recall recalled recalls
    product products brand food water energy oil gas power electricity climate environment environmental hot
    hottest coldest wettest records temperature conservatives liberals socialists right voters turnout poll
    polls seats elected candidate candidates presidential majority coalition ministers prime secretary
    foreign interior defence finance justice education transport net income operating posts posted boosted
    dividend merger acquisition contract contracts invest investment investments project projects
    construction supply supplies consumers spending inflation unemployment interest euro dollar exports
    imports debt credit loan loans mobile digital network computers engineers developers developer code
    hackers hacked privacy artificial intelligence survey experts expert professor analysts analyst critics
    review reviews opinion interview concert exhibition theatre novel poet singer actress painter writer
    composer sculptor artists played plays playing opening closing semi round tournament matches fans
    stadium double twice percentage tonnes kilometres miles metres couple teenager boy girl aged mother
    father son daughter husband wife friends church bishop pope king queen prince princess dog dogs cat cats
    animal animals bird birds fish christmas easter summer winter spring autumn holiday holidays tourists
    tourism visitors hotel restaurant
    """
"""Words that say what kind of news it is, rather than which."""

NEWS_WORDS_ELSEWHERE = (
    # German
    """
    tote toter verletzte verletzt feuer brand feuerwehr polizei unfall sturm regen wetter grad temperaturen
    prozent millionen milliarden euro gewinn umsatz quartal aktien unternehmen firma regierung minister
    parlament prasident gericht urteil stadt land streik streiken streikt gewerkschaft lohn fordert fordern
    arbeit kosten preise bahn zuge verkehr flug schule schulen krankenhaus arzte trainer spieler spiel tore
    sieg gewinnt verliert menschen morgen nacht abend neue neuen erste ersten mitte norden suden westen
    osten
    """,
    # Spanish
    """
    muertos heridos muerto herido incendio fuego bomberos policia accidente ataque lluvia tiempo
    temperaturas ciento millones euros beneficio ventas trimestre acciones empresa gobierno ministro
    presidente parlamento alcalde hospital escuela carretera tren obras tribunal juez ciudad pais huelga
    partido goles victoria gana pierde personas manana noche madrugada tarde nuevo nueva primer primera
    norte sur este oeste informaron informo anuncio
    """,
    # French
    """
    morts blesses mort incendie feu pompiers police accident attaque pluie meteo cent millions milliards
    benefice ventes trimestre actions entreprise gouvernement ministre president parlement tribunal juge
    ville pays greve syndicat match buts victoire gagne mairie hopital ecole route train travaux personnes
    matin nuit soir nouveau nouvelle premier premiere nord sud est ouest annonce prefecture
    """,
    # Italian
    """
    morti feriti incendio vigili polizia incidente pioggia milioni miliardi utile vendite azioni azienda
    governo ministro presidente parlamento tribunale citta paese sciopero partita gol vittoria vince perde
    persone notte mattina sera nuovo nuova
    """,
    # Portuguese
    """
    mortos feridos incendio bombeiros policia acidente chuva milhoes lucro vendas empresa governo ministro
    presidente cidade greve jogo vitoria vence perde pessoas noite manha
    """,
    # Dutch
    """
    doden gewonden brand brandweer politie ongeluk regen weer graden procent miljoen miljard winst omzet
    bedrijf regering minister stad land staking wedstrijd mensen nacht ochtend nieuwe eerste
    """,
    # Polish
    """
    zabitych rannych ranny pozar straz pozarna policja wypadek deszcz pogoda stopni procent milionow zysk
    firma rzad minister prezydent sejm sad miasto kraj strajk mecz wygral przegral osob osoby ludzi noc nocy
    rano nowy nowa pierwszy poinformowala poinformowal
    """,
    # Figures that say little
    "1 2 3 4 5 6 7 8 9 10 20 100 000",
)
"""The same in other languages, folded as words of a search are."""

NUMERALS = {
    name: str(value)
    for names in (
        "two three four five six seven eight nine ten eleven twelve",
        "zwei drei vier funf sechs sieben acht neun zehn elf zwolf",
        "dos tres cuatro cinco seis siete ocho nueve diez once doce",
        "deux trois quatre cinq six sept huit neuf dix onze douze",
        "due tre quattro cinque sei sette otto nove dieci undici dodici",
    )
    for value, name in enumerate(names.split(), 2)
}
"""Numbers in words -> in digits."""

FUNCTION_WORDS = (
    # German
    """
    der die das den dem des ein eine einen einem einer eines und oder aber nicht ist sind war waren wird
    werden wurde wurden hat haben hatte hatten sich mit von vom zu zum zur im ins am an auf aus bei beim bis
    fur nach uber unter um vor wie als auch noch nur so sie er es wir ich ihr ihre ihren seine seinen seiner
    dass wenn durch gegen seit mehr kein keine man sei soll sollen kann konnen dazu gab gibt rund etwa alle
    montag dienstag mittwoch donnerstag freitag samstag sonntag jahr jahre jahren heute
    """,
    # Spanish
    """
    el la los las un una unos unas de del al y o en con por para que se su sus lo le les no mas es son fue
    fueron ha han habia era como pero sin sobre entre desde hasta tras ante este esta estos estas ser muy ya
    tambien segun hay lunes martes miercoles jueves viernes sabado domingo ano anos hoy
    """,
    # French
    """
    l d n qu j m c du au aux et ou un une ce cet cette ces il elle ils elles on sur pour par dans avec sans
    plus ne pas est sont etait ont avait ete etre que qui dont mais son sa ses leur leurs apres avant depuis
    entre vers chez selon comme aussi tout tous lundi mardi mercredi jeudi vendredi samedi dimanche an ans
    annee aujourd hui
    """,
    # Italian
    """
    il lo gli i uno di della dello delle dei degli del dal dalla nel nella nelle e ed che non per con tra
    fra piu sono stato stata hanno ha anche ma come dopo prima suo sua loro alla alle allo ai lunedi martedi
    mercoledi giovedi venerdi sabato domenica anni anno oggi
    """,
    # Portuguese
    """
    o os uma do da dos das no na nos nas ao aos e em com por para que se nao mais foi foram sao tem seu sua
    como mas ate segundo apos sobre segunda terca quarta quinta sexta feira ano anos hoje
    """,
    # Dutch
    """
    het een van en is dat op te zijn was voor met niet aan er om ook maar bij nog naar uit wordt worden werd
    heeft hebben had deze dit maandag dinsdag woensdag donderdag vrijdag zaterdag zondag jaar
    """,
    # Polish
    """
    i w we z ze na do nie to jest sie od po o za przez dla jak ale czy byl byla bylo byly zostal zostala sa
    jego jej ich ktory ktora ktore oraz przed pod nad juz tylko bedzie poniedzialek wtorek srode czwartek
    piatek sobote niedziele roku lat ponad gdy
    """,
    # Russian
    """
    и в во не на с со что как по к у из за от о об для до это но он она они его ее их был была было были при
    после также году года лет понедельник вторник среду четверг пятницу субботу воскресенье
    """,
    # Arabic
    """
    في من على إلى الى عن ان أن إن التي الذي هذا هذه ذلك بعد قبل خلال بين مع كما لم لا ما كان كانت قد يوم
    ليلة
    """,
    # Chinese and Japanese, as pairs of characters
    """
    表示 今年 今日 昨日 日本 年间 星期 周一 周二 周三 周四 周五 周六 周日 上午
    下午 公里 万人 以上 这个 一个 我们 した され れた って てい いる いた こと
    から ため につ つい する とし して なっ った にな では まで 月曜 火曜 水曜
    木曜 金曜 土曜 日曜 曜日 発表 表し
    """,
)
"""Words like "the", and the days of the week, in other languages. They weigh very little, but are not left
out, as they may be words of another language."""
