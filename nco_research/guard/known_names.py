"""Common given names and surnames in the Netherlands, by which a column of names is recognised.

From memory, of several generations and origins; names that are everyday words, months, occupations or places are left
out. The list is to recognise columns, not persons: most columns of names hold some of these.
"""

_GIVEN_NAMES = """
abdelkader abdellah abdullah abel adam adem agnieszka ahmad ahmed ahmet aisha albert aleksandra alexander ali alice
amber amin amina amira amy ana anas anass andre andrea andreas andrzej angela anil anita anja anjali ank anna anne
annelies annemarie annemiek annie anouk ans anton antonia antonie arend arie arjan arjen arnold arthur asha asmae astrid
ayoub ayse babette barbara bart bas bastiaan bayram bea beatrix bekir benjamin bernard bert betul bianca bilal bo boaz
bobbie boris bouchra brahim bram brenda brian brigitte britt burak busra carla carlos carmen carolien caroline cas
casper catharina cecilia cees cemal chantal charlie charlotte chiara chris christiaan christian christina cindy claudia
coen cor cornelia cornelis corrie daan daniel danny dariusz david dean debby denise deniz dennis desi dewi diana dick
diederik dieter dilek dimitri dirk dominique donny driss dylan ebru ece ed eddy edwin elif elin eline elisa elisabeth
elise elizabeth ella ellen elly els elsa elzbieta emil emily emine emir emma emre erik erika erwin esmee esra esther eva
evelien evert evi ewa fabian fadi famke fatih fatiha fatima fatma fatoumata fay feline femke fenna ferdinand fien filiz
filmon finn fleur floor floris frank frans fred frederik frits geert george gerard gerda gerrit gerritje gert gijs gino
giovanni giulia greet greta gretha grzegorz gulsen gunter guus hafsa hailey hajar hakan halil hamza hanife hanna hannah
hannie hans harm harrie harry hasan hassan hatice hayat heike hein heinz helena helga hendrik hendrika henk hennie henny
herman hessel hidde hilda hind hugo hulya huseyin ian ibrahim ida ikram ilham ilias ilona ilse ilyas imane imran ina
ineke inge ingrid irene iris isa isabel isabella ismael ismail ivan ivo ivy jaap jack jacob jacoba jacqueline jacques
jade jakub jamal james jan janine janna janneke janny jantje jasmijn jasper jax jay jayden jean jeanette jelle jennifer
jens jeroen jerzy jesse jessica jet jip joan joanna joep johan johanna johannes john jolanda jolie jonas joost joris
jose josephine joyce juan judith julia julian julius jurgen jurre justin kaan kacper kadir kamil karel karim karima
karin karl karlijn katarzyna kees kelly kemal kevin khadija khaled khalid kim klaas klaus koen krystyna krzysztof kubra
kyra lara lars latifa laura lauren leah lena leon leonie levi lewis liam lieke liesbeth lina linda lisa lisanne liv liz
liza lizzy loes lois lotte loubna louis luca lucas lucia lukas lukasz luna luuk lynn maaike maarten maeve magdalena
mahmoud mahmut maja malgorzata malika mandy manon marc marcel marcin marco marek margriet maria marian marianne marieke
marijke marijn marion marit mariusz marja marjan markus marleen marloes martijn martin martina mason mateusz mathijs
matthias matthijs maud maurits mees mehmet melanie melek melissa melle menno merel mert merve meryem metin mia michael
michal michel michelle michiel mieke miguel mike mila milan milou mina ming mirjam mirthe mohamed mohammad mohammed
monika monique moos morris mostafa mounir murat musa mustafa myrthe nadia naima najat naomi nassim natalia natalya
natasja nathalie nick nicole niek niels nienke nikki niklas nina noah noor nora norah noud nour nynke oksana olaf olena
olga oliver olivia olivier oliwia omar omer onno orhan oscar osman othman otis otto oumaima oussama owen ozlem pascal
patricia patrick paul paula pauline pawel pedro pepijn peter petra philip philippe pien pierre piet pieter pim piotr
priya puck quinten rachid rachida radjesh rajesh ralf ramazan ramon rania ravi raymond rebecca recep redouan remco rene
renske rick riet rik rob robert robin roel rogier roland romy ron ronald roos ruben rutger ruud ryan saar sabine sabrina
said salih salma sam samira samuel sander sandra sanjay sanne sara sarah saskia sebastiaan selam selin selma sem senna
sepp serena sergei serkan sevda sevim shanti sharon sibel siem sietske silvia simon simone sjaak sjoerd sofia sofie
songul sophie soufian soufiane soukaina stan stef stefan stefanie stephanie steven stijn suleyman sunil suzanne sven
sylvia szymon tadeusz tamara tanja tara tarik teresa tess tessa teun teunis theo thijs thomas ties tijn tijs tim timo
tineke tobias tom tomasz toon trijntje tristan truus tugba tuur twan ulrike ursula uwe valentijn vera veronique victor
vijay vince vincent vladimir wei wendy wesley wiebe wietske wiktoria wilhelmina wilhelmus willeke willem willemijn
william willy wim wojciech wolfgang wouter xander yahya yara yasar yasemin yasin yasmin yassin yassine yonas youssef
yusuf yvette yvonne zahra zakaria zbigniew zehra zeynep zoe zoey zofia zuzanna
"""
_SURNAMES = """
aalbers, aarts, adriaansen, ahmed, ali, ansems, arends, arslan, aydin, baldewsingh, beekman, berends, bergsma, blom,
boersma, bosch, bosma, bosman, bouma, broekhuis, brouwers, bruinsma, celik, chen, claassen, cornelissen, de boer, de
bruijn, de bruin, de bruyn, de graaf, de graaff, de groot, de haan, de jong, de jonge, de koning, de lange, de leeuw, de
ridder, de ruiter, de vries, de wit, dekkers, demir, derksen, dijkstra, dogan, driessen, el amrani, el idrissi, el
khattabi, evers, evertsen, feenstra, fernandes, geerts, gerritsen, haarsma, hassan, hendriks, hendriksen, hendrix,
hermans, hiemstra, hoeksema, hoekstra, hofman, hofstra, huisman, jacobs, jacobsen, jans, jansen, janssen, janssens,
jongsma, kamphuis, kaya, khan, kooijman, kowalski, kramer, kuijpers, kuipers, lambrechts, lucassen, martens, martina,
meijer, meijers, mertens, meyer, miedema, mohamed, mulder, mulders, muller, nguyen, nowak, ozturk, peeters, peetersen,
peters, pieters, pinas, postma, ramdin, ramlal, reitsma, rienstra, rodrigues, sahin, sanders, santos, scholten,
scholtens, schouten, schuurman, sikkema, sikkens, singh, smeets, smid, smits, terpstra, theunissen, thijssen,
timmermans, tromp, tuinstra, van beek, van dam, van de berg, van de brink, van de broek, van de velde, van de ven, van
den berg, van den brink, van den broek, van den heuvel, van der berg, van der heijden, van der horst, van der laan, van
der linden, van der meer, van der molen, van der veen, van der vegt, van der velde, van der ven, van der wal, van der
zee, van dijk, van doorn, van dyk, van es, van leeuwen, van loon, van ommeren, van rijn, van veen, van vliet, van vugt,
van wijk, veenstra, verbeek, verhoeven, vermeulen, verschuren, wang, wiersma, wijnen, willems, willemsen, wolters,
wouters, yildirim, yildiz, yilmaz, zijlstra
"""

GIVEN_NAMES = frozenset(_GIVEN_NAMES.split())
SURNAMES = frozenset(" ".join(name.split()) for name in _SURNAMES.split(","))
