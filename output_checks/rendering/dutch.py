"""Every sentence of the notebook in Dutch, beside its English: the one place for both.

The English text is the key, and is what rules, mendings and templates say. `{name}` stands for what differs; `{units}`
in the Dutch is the plural of what `{unit}` is in the English.
"""

from collections.abc import Mapping

VIEW: Mapping[str, str] = {
    "pass": "akkoord",
    "fail": "niet akkoord",
    "needs review": "beoordelen",
    "not applicable": "niet van toepassing",
    "table": "tabel",
    "model": "model",
    "figure": "figuur",
    "file": "bestand",
    "Total": "Totaal",
    "fails": "niet akkoord",
    "hidden": "verborgen",
    "1 cell": "1 cel",
    "{n} cells": "{n} cellen",
    "in the file": "in het bestand",
    "{shown} of {all} rows, those with a cell to look at first.": (
        "{shown} van {all} rijen: eerst die met een cel om naar te kijken."
    ),
    "{shown} of {all} columns.": "{shown} van {all} kolommen.",
    "{n} more rows are in the file.": "Er staan nog {n} rijen in het bestand.",
    "Mending": "Herstel",
    "What helps": "Wat helpt",
    "What mends it": "Wat dit herstelt",
    "Too long to show: the whole call is in": "Te lang om te tonen: de hele aanroep staat in",
    "is the frame that you gave; it has not been changed.": "is het frame dat u gaf; daar is niets aan veranderd.",
    "Why: 1 finding": "Waarom: 1 bevinding",
    "Why: {n} findings": "Waarom: {n} bevindingen",
    "Explanation": "Toelichting",
    "(for output checkers; it changes no verdict)": "(voor wie de uitvoer controleert; het oordeel blijft gelijk)",
    "Exception asked for": "Uitzondering gevraagd",
    "(people decide; it stays a fail)": "(mensen beslissen; het blijft niet akkoord)",
    "As pandas gives it": "Zoals pandas het geeft",
    "As pandas gives it, without what may not leave": "Zoals pandas het geeft, zonder wat niet naar buiten mag",
    "{hidden} of {all} cells suppressed": "{hidden} van {all} cellen onderdrukt",
    "{hidden} of {all} cells are suppressed.": "{hidden} van {all} cellen zijn onderdrukt.",
    "records": "records",
    "all records": "alle records",
    "counts rounded to": "aantallen afgerond op",
    "{base}, each by itself, so that totals need not be the sums of their cells": (
        "{base}, elk apart, zodat totalen niet de som van hun cellen hoeven te zijn"
    ),
    "All {n} rules that apply were met.": "Aan alle {n} regels die gelden is voldaan.",
    "Release": "Uitvoer",
    "output": "uitvoer",
    "kind": "soort",
    "verdict": "oordeel",
    "reason": "reden",
    "What would leave under policy {policy}": "Wat naar buiten zou gaan onder beleid {policy}",
    "What falls short": "Wat nog niet in orde is",
    "Nothing is registered yet.": "Er is nog niets aangemeld.",
    "{passed} of {all} outputs pass.": "{passed} van {all} uitvoeren zijn akkoord.",
    "Nothing falls short.": "Alles is in orde.",
    "It fails and would be withheld.": "Het is niet akkoord en zou worden achtergehouden.",
    "It fails; people decide on the exception.": "Het is niet akkoord; mensen beslissen over de uitzondering.",
    "An output checker has to judge it.": "Wie de uitvoer controleert moet dit beoordelen.",
}

MENDING: Mapping[str, str] = {
    "tried: passes; no number fewer": "geprobeerd: akkoord; geen getal minder",
    "tried: passes; 1 number fewer": "geprobeerd: akkoord; 1 getal minder",
    "tried: passes; {n} numbers fewer": "geprobeerd: akkoord; {n} getallen minder",
    "tried: does not fail, needs review; no number fewer": "geprobeerd: nog te beoordelen; geen getal minder",
    "tried: does not fail, needs review; 1 number fewer": "geprobeerd: nog te beoordelen; 1 getal minder",
    "tried: does not fail, needs review; {n} numbers fewer": "geprobeerd: nog te beoordelen; {n} getallen minder",
    "tried: passes": "geprobeerd: akkoord",
    "tried: does not fail, needs review": "geprobeerd: nog te beoordelen",
    "not tried": "niet geprobeerd",
    "Publish {n} decimals.": "Publiceer {n} decimalen.",
    "Leave out the totals.": "Laat de totalen weg.",
    "Leave out the variable {name}.": "Laat de variabele {name} weg.",
    "Leave out the records with {which}.": "Laat de records met {which} weg.",
    "Leave out the term {name}.": "Laat de term {name} weg.",
    "Leave out the {statistic}.": "Laat {statistic} weg.",
    "Widen bins of {name}: merge {groups}.": "Maak de klassen van {name} breder: voeg {groups} samen.",
    "Merge {groups} of {name}.": "Voeg {groups} van {name} samen.",
    "Hide what does not pass, and what would give it away.": "Verberg wat niet akkoord is, en wat het zou verraden.",
    "None of {n} changes that were tried makes it pass.": "Geen van {n} geprobeerde veranderingen maakt het akkoord.",
    "None of {n} changes that were tried makes it pass; these leave it to output checkers.": (
        "Geen van {n} geprobeerde veranderingen maakt het akkoord; deze laten het over aan wie de uitvoer controleert."
    ),
    "No more were tried, because of the size of the data.": "Meer is niet geprobeerd, door de omvang van de data.",
    "For a table of this size changes are tried when you ask for .mendings.": (
        "Bij een tabel van deze omvang worden veranderingen geprobeerd als u om .mendings vraagt."
    ),
    "The data are no longer what the table was made of, so nothing was tried.": (
        "De data zijn niet meer waarvan de tabel is gemaakt, dus er is niets geprobeerd."
    ),
    "In these calls data is a pandas frame with the columns that you gave.": (
        "In deze aanroepen is data een pandas-frame met de kolommen die u gaf."
    ),
    "The model could not be fitted again here, so these follow from the evidence and were not tried.": (
        "Het model kon hier niet opnieuw worden geschat: dit volgt uit wat gemeten is en is niet geprobeerd."
    ),
}

_MERGE_OR_SUPPRESS = "Voeg de cel samen met andere, of vraag de tabel met suppress=True."
_SUPPRESS_BOTH = (
    "Vraag de tabel met suppress=True; als andere uitvoer het verraadt, geef dan beide margins=True, zodat "
    "beide met hun "
    "totalen worden beschermd, of publiceer er één."
)
RULES: Mapping[str, str] = {
    "{cells} with fewer {unit}s behind them than the policy asks for.": (
        "{cells} met minder {units} erachter dan het beleid vraagt."
    ),
    "{cells} in which few {unit}s have one of the only two or three values.": (
        "{cells} waarin weinig {units} een van de slechts twee of drie waarden hebben."
    ),
    "{cells} in which few {unit}s have another value than the most common one.": (
        "{cells} waarin weinig {units} een andere waarde dan de meest voorkomende hebben."
    ),
    "{cells} with an interval or standard error that rests on few {unit}s.": (
        "{cells} met een interval of standaardfout die op weinig {units} berust."
    ),
    "{cells} in which the largest {unit} holds too large a share.": (
        "{cells} waarin de grootste {unit} een te groot aandeel heeft."
    ),
    "{cells} in which one {unit} could work out another's value closely.": (
        "{cells} waarin de ene {unit} de waarde van een andere bijna kan uitrekenen."
    ),
    "{cells} with fewer {unit}s in the denominator than the policy asks for.": (
        "{cells} met minder {units} in de noemer dan het beleid vraagt."
    ),
    "{cells} with fewer {unit}s in the numerator than the policy asks for.": (
        "{cells} met minder {units} in de teller dan het beleid vraagt."
    ),
    "{cells} in which the largest {unit} holds too large a share of the denominator or the weights.": (
        "{cells} waarin de grootste {unit} een te groot aandeel in de noemer of de gewichten heeft."
    ),
    "{cells} in which one {unit} could work out another's denominator or weight closely.": (
        "{cells} waarin de ene {unit} de noemer of het gewicht van een andere bijna kan uitrekenen."
    ),
    "{cells} holding (nearly) everyone of their group along {variable}.": (
        "{cells} met (bijna) iedereen van hun groep langs {variable}."
    ),
    "{cells} hidden beside zeros, so that everyone of the group along {variable} must be in it.": (
        "{cells} verborgen naast nullen, zodat iedereen van de groep langs {variable} erin moet zitten."
    ),
    "{cells} in which everyone has the same value.": "{cells} waarin iedereen dezelfde waarde heeft.",
    "{cells} with a mode that (nearly) everyone has.": "{cells} met een modus die (bijna) iedereen heeft.",
    "{cells} resting on fewer {unit}s than the policy asks for.": (
        "{cells} die op minder {units} berusten dan het beleid vraagt."
    ),
    "The model leaves too few residual degrees of freedom.": "Het model laat te weinig vrijheidsgraden over.",
    "The model has too many parameters for its observations.": (
        "Het model heeft te veel parameters voor zijn waarnemingen."
    ),
    "One unit, or very few, determine their own prediction in the model.": (
        "Eén eenheid, of heel weinig, bepalen hun eigen voorspelling in het model."
    ),
    "{cells} of a model that tells the outcome of everyone, or of everyone in a group.": (
        "{cells} van een model dat de uitkomst van iedereen verraadt, of van iedereen in een groep."
    ),
    "{cells} beside a value or an outcome that fewer {unit}s have than the policy asks for.": (
        "{cells} naast een waarde of uitkomst die minder {units} hebben dan het beleid vraagt."
    ),
    "Standard errors or variances rest on few clusters: whose are they?.": (
        "Standaardfouten of varianties berusten op weinig clusters: van wie zijn die?"
    ),
    "One {unit}, or very few, dominate some combination of the model's columns.": (
        "Eén {unit}, of heel weinig {units}, overheersen een combinatie van kolommen van het model."
    ),
    "{cells} with a minimum, maximum or range that is the value of few {unit}s.": (
        "{cells} met een minimum, maximum of bereik dat de waarde van weinig {units} is."
    ),
    "{cells} with a percentile that few {unit}s are below, above, or between it and the next.": (
        "{cells} met een percentiel waar weinig {units} onder, boven, of tussen dit en het volgende zitten."
    ),
    "{cells} with a median or percentile that may be the value of few {unit}s.": (
        "{cells} met een mediaan of percentiel dat de waarde van weinig {units} kan zijn."
    ),
    "{cells} with a mode that is the value of few {unit}s.": (
        "{cells} met een modus die de waarde van weinig {units} is."
    ),
    "{cells} with the share of few {unit}s.": "{cells} met het aandeel van weinig {units}.",
    "{cells} with a percentage of which the rest is few {unit}s.": (
        "{cells} met een percentage waarvan de rest uit weinig {units} bestaat."
    ),
    "{cells} with a percentage, running total or index that tells of cells hidden beside it.": (
        "{cells} met een percentage, lopend totaal of index die verborgen cellen ernaast verraadt."
    ),
    "{cells} with a correlation that leaves too few degrees of freedom.": (
        "{cells} met een correlatie die te weinig vrijheidsgraden overlaat."
    ),
    "{cells} with a correlation by which one variable gives the other away.": (
        "{cells} met een correlatie waardoor de ene variabele de andere verraadt."
    ),
    "{cells} hidden, but too easy to work out from what is published.": (
        "{cells} verborgen, maar te makkelijk uit te rekenen uit wat gepubliceerd is."
    ),
    "{cells} of a density with few {unit}s on one side.": "{cells} van een dichtheid met weinig {units} aan één kant.",
    "{cells} of a density published so exactly that one unit can be seen in it.": (
        "{cells} van een dichtheid die zo precies is dat één eenheid erin te zien is."
    ),
    "The toolkit does not know this kind of statistic: what could it disclose?": (
        "Dit soort cijfer is niet bekend: wat kan het onthullen?"
    ),
    "{title}? The {fact} is not known.": "Is dit in orde? Niet bekend: {fact}.",
    "{title}? The {fact} was only declared.": "Is dit in orde? Alleen opgegeven, niet gemeten: {fact}.",
    "The rule {code} ({title}) could not run ({error}): nothing is known of it.": (
        "Regel {code} kon niet worden toegepast ({error}): er is niets over bekend."
    ),
    "{name} holds linking keys or direct identifiers (column {column}).": (
        "{name} bevat koppelsleutels of directe identificatie (kolom {column})."
    ),
    "{name} looks like records of single units, not like a table.": (
        "{name} lijkt op records van afzonderlijke eenheden, niet op een tabel."
    ),
    "{name} could not be searched for linking keys: is there any in it?": (
        "In {name} kon niet naar koppelsleutels worden gezocht: staan ze erin?"
    ),
    "{name} could not be looked into: does it carry more than it shows?": (
        "In {name} kon niet worden gekeken: bevat het meer dan het toont?"
    ),
    "Nobody set the categories of {name} against the keys: is one among them?": (
        "Niemand legde de categorieën van {name} naast de sleutels: staat er een tussen?"
    ),
    "{name} has categories that are called after the key of a unit.": (
        "{name} heeft categorieën die naar de sleutel van een eenheid heten."
    ),
    "{name} has categories called as a unit is: are these its keys or names?": (
        "{name} heeft categorieën die heten als een eenheid: zijn dit sleutels of namen?"
    ),
    "{name} is not what was measured: its bytes differ from the table's.": (
        "{name} is niet wat gemeten is: de bytes zijn anders dan die van de tabel."
    ),
    "Nobody counted the units behind {name}: how many pupils and schools stand behind each number?": (
        "Niemand telde de eenheden achter {name}: hoeveel leerlingen en scholen staan achter elk getal?"
    ),
    "Counts of {n} of its groups differ by only a few {unit}s from those of the same groups in {other}: "
    "subtracting the two gives those few away.": (
        "Aantallen van {n} van de groepen verschillen maar enkele {units} van die van dezelfde groepen in {other}: "
        "het verschil verraadt die enkelen."
    ),
    "{n} of its groups are the same as in {other}, though the tables are of different records: does everyone of those "
    "groups have what the smaller selection is made by?": (
        "{n} van de groepen zijn gelijk aan die in {other}, terwijl de tabellen over andere records gaan: heeft "
        "iedereen "
        "van die groepen dat waarop de kleinste selectie berust?"
    ),
    "{n} of its groups and {where} leave only a few {unit}s when they are taken from one another.": (
        "{n} van de groepen en {where} laten maar enkele {units} over als ze van elkaar worden afgetrokken."
    ),
    "Its variable is that of {other} for all but a few units: their difference tells of these.": (
        "De variabele is die van {other} voor alle eenheden op enkele na: het verschil gaat over die enkelen."
    ),
    "The decimals of {n} of its numbers nearly give back the exact counts that were rounded.": (
        "De decimalen van {n} van de getallen geven de afgeronde aantallen bijna exact terug."
    ),
    "The groups behind {n} of its terms are those of {other} but for a few units: are the two models of the same "
    "outcome, so that the difference is about those few?": (
        "De groepen achter {n} van de termen zijn die van {other} op enkele eenheden na: hebben beide modellen "
        "dezelfde "
        "uitkomst, zodat het verschil over die enkelen gaat?"
    ),
    "It is a density of {variable} of units that are in {other} too: what do the two tell together, that each is too "
    "coarse for?": (
        "Dit is een dichtheid van {variable} van eenheden die ook in {other} zitten: wat vertellen de twee "
        "samen, waar elk "
        "te grof voor is?"
    ),
    "Beside it, suppressed cells of {others} can be worked out.": (
        "Samen hiermee zijn onderdrukte cellen van {others} uit te rekenen."
    ),
}

ADVICE: Mapping[str, str] = {
    "Merge categories until every cell has enough units, or ask for the table with suppress=True.": (
        "Voeg categorieën samen tot elke cel genoeg eenheden heeft, of vraag de tabel met suppress=True."
    ),
    "Merge the cell with others until each value occurs often enough, or ask for the table with suppress=True.": (
        "Voeg de cel samen met andere tot elke waarde vaak genoeg voorkomt, of vraag de tabel met suppress=True."
    ),
    "Merge cells or strata until more clusters stand behind each, or publish the mean without its interval.": (
        "Voeg cellen of strata samen tot er meer clusters achter elk staan, of publiceer het gemiddelde zonder "
        "interval."
    ),
    "Merge the cell with others, or ask for the table with suppress=True.": _MERGE_OR_SUPPRESS,
    "Merge categories until every numerator has enough units, or publish the denominators alone.": (
        "Voeg categorieën samen tot elke teller genoeg eenheden heeft, of publiceer alleen de noemers."
    ),
    "Merge the categories of the variable in question, or leave the group out of the table.": (
        "Voeg de categorieën van deze variabele samen, of laat de groep uit de tabel."
    ),
    "Hide a zero beside it, merge categories, or leave the group out of the table.": (
        "Verberg een nul ernaast, voeg categorieën samen, of laat de groep uit de tabel."
    ),
    "Merge the cell with others, or leave the mode out.": "Voeg de cel samen met andere, of laat de modus weg.",
    "Use fewer parameters, or more observations.": "Gebruik minder parameters, of meer waarnemingen.",
    "Use fewer parameters, or coarser categories.": "Gebruik minder parameters, of grovere categorieën.",
    "Merge the rare level with another, or leave it out of the model.": (
        "Voeg het zeldzame niveau samen met een ander, of laat het uit het model."
    ),
    "Leave out or cap the extreme values of the explanatory variables.": (
        "Laat uiterste waarden van de verklarende variabelen weg, of kap ze af."
    ),
    "Leave out what the outcome is calculated from, or the dummy behind which everyone has the same outcome.": (
        "Laat weg waaruit de uitkomst is berekend, of de dummy waarachter iedereen dezelfde uitkomst heeft."
    ),
    "Merge the rare value with another, or show the output checker what the three values mean.": (
        "Voeg de zeldzame waarde samen met een andere, of leg uit wat de drie waarden betekenen."
    ),
    "Cluster by a finer level, or leave the variance out.": "Cluster op een fijner niveau, of laat de variantie weg.",
    "Leave out one of the columns that differ for that unit only, or the unit's own records.": (
        "Laat een van de kolommen weg die alleen voor die eenheid verschillen, of de records van die eenheid."
    ),
    "Publish a mean with its standard deviation, or a table of counts by band.": (
        "Publiceer een gemiddelde met zijn standaarddeviatie, of een tabel met aantallen per klasse."
    ),
    "Publish fewer percentiles, or those nearer to the middle; or merge the cell with others.": (
        "Publiceer minder percentielen, of die dichter bij het midden; of voeg de cel samen met andere."
    ),
    "Publish it with fewer decimals, or a mean instead; or explain why it is nobody's own value.": (
        "Publiceer het met minder decimalen, of een gemiddelde; of leg uit waarom het niemands eigen waarde is."
    ),
    "Publish it with fewer decimals, or a smoothed percentile; or explain why it is nobody's own value.": (
        "Publiceer het met minder decimalen, of een afgevlakt percentiel; of leg uit waarom het van niemand zelf is."
    ),
    "Save the numbers alone as csv, or in a new workbook; merge or hide what the message names.": (
        "Bewaar alleen de getallen als csv, of in een nieuwe werkmap; voeg samen of verberg wat de melding noemt."
    ),
    "Link both data sets to the same keys; or say in release.explain why these are other units.": (
        "Koppel beide bestanden aan dezelfde sleutels; of zeg in release.explain waarom dit andere eenheden zijn."
    ),
    "Merge the small category with another one, or publish the share of one category fewer.": (
        "Voeg de kleine categorie samen met een andere, of publiceer het aandeel van een categorie minder."
    ),
    "Publish the mode of a variable with fewer values, such as bands.": (
        "Publiceer de modus van een variabele met minder waarden, zoals klassen."
    ),
    "Publish the Gini coefficient, or the share of a larger part.": (
        "Publiceer de Gini-coëfficiënt, of het aandeel van een groter deel."
    ),
    "Merge categories until the others have enough units together, or leave the percentage out.": (
        "Voeg categorieën samen tot de andere samen genoeg eenheden hebben, of laat het percentage weg."
    ),
    "Ask for the table with margins=True and suppress=True, so that it is protected with its totals, or leave the "
    "percentage out. A running total cannot stand beside hidden cells of its row.": (
        "Vraag de tabel met margins=True en suppress=True, zodat ze met haar totalen wordt beschermd, of laat het "
        "percentage weg. Een lopend totaal kan niet naast verborgen cellen van zijn rij staan."
    ),
    "Merge the cell with others, or leave it out.": "Voeg de cel samen met andere, of laat haar weg.",
    "Leave out one of two variables that are calculated from each other.": (
        "Laat een van de twee variabelen weg die uit elkaar zijn berekend."
    ),
    "Register it with release.density, which ends the curve where enough are still beyond.": (
        "Meld het aan met release.density, die de lijn eindigt waar er nog genoeg voorbij zijn."
    ),
    "Register it with release.density, which rounds it; publish no other density of the same records.": (
        "Meld het aan met release.density, die het afrondt; publiceer geen andere dichtheid van dezelfde records."
    ),
    "Ask for the table with suppress=True; where another output gives it away, give both margins=True, so that both "
    "are protected with their totals, or publish one of the two.": _SUPPRESS_BOTH,
    "Drop the column, or publish a table. Of a file that cannot be searched, explain what is in it.": (
        "Laat de kolom weg, of publiceer een tabel. Leg bij een bestand dat niet doorzocht kan worden uit wat "
        "erin staat."
    ),
    "Register tables and models instead of files; in a figure, draw the .frame of the registered table.": (
        "Meld tabellen en modellen aan in plaats van bestanden; teken in een figuur het .frame van de aangemelde tabel."
    ),
    "Use one population for all tables of a release.": "Gebruik één populatie voor alle tabellen.",
    "Use the same selections and categories in all tables, or publish one of the groups fewer.": (
        "Gebruik dezelfde selecties en categorieën in alle tabellen, of publiceer een van de groepen minder."
    ),
    "Publish one of the two variables, or say in release.explain how they differ.": (
        "Publiceer een van de twee variabelen, of leg in release.explain uit hoe ze verschillen."
    ),
    "Publish fewer decimals beside rounded counts, or the counts as they are.": (
        "Publiceer minder decimalen naast afgeronde aantallen, of de aantallen zoals ze zijn."
    ),
    "Use the same records and the same groups in all models of a release.": (
        "Gebruik dezelfde records en dezelfde groepen in alle modellen."
    ),
    "Publish one density of a variable, by one grouping; draw what else you need from a table of means.": (
        "Publiceer één dichtheid van een variabele, met één indeling; teken de rest uit een tabel met gemiddelden."
    ),
    "Say in release.explain how the records were selected; merge the group if that tells something of it.": (
        "Zeg in release.explain hoe de records gekozen zijn; voeg de groep samen als dat iets over haar vertelt."
    ),
    "Use the same records and categories as {other}, or publish one of the two.": (
        "Gebruik dezelfde records en categorieën als {other}, of publiceer een van de twee."
    ),
    "Register it with release.table, release.model or release.figure.": (
        "Meld het aan met release.table, release.model of release.figure."
    ),
    "Register it with release.table, release.model or release.figure, with the unit level {unit} in `units`.": (
        "Meld het aan met release.table, release.model of release.figure, met het niveau {unit} in `units`."
    ),
}

WORDS: Mapping[str, str] = {
    "pupil": "leerling",
    "school": "school",
    "school board": "schoolbestuur",
    "mean": "het gemiddelde",
    "median": "de mediaan",
    "minimum": "het minimum",
    "maximum": "het maximum",
    "sum": "de som",
    "standard deviation": "de standaarddeviatie",
    "range": "het bereik",
    "mode": "de modus",
    "other rows of the same table": "andere rijen van dezelfde tabel",
}
PLURALS: Mapping[str, str] = {"pupil": "leerlingen", "school": "scholen", "school board": "schoolbesturen"}
