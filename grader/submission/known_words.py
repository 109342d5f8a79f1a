"""Words that are no names, and names that are words: what redaction must not take for a person."""

from __future__ import annotations

NO_NAMES = frozenset(
    "the a an and or of by for in all any our your candidate author authors user users root home admin app runner "  # noqa: SIM905
    "ubuntu debian vagrant docker node python test tests team company inc ltd gmbh llc corp contributors rights "
    "reserved license licence apache mit bsd software foundation unknown none null example sample data model name "
    "anonymous me redacted dev developer engineer shared public default guest work code build src workspace project "
    "projects repo main master demo copyright holder holders orgs features topics settings about login search "
    "explore pulls issues docs blog datasets spaces models submission submissions solution solutions assignment "
    "challenge takehome take answer answers final result results hand handed handin task tasks exercise draft copy "
    "new old version backup archive upload files file folder input output zip tar report reports readme notes pack "
    "starter template interview round stage candidates applicant triage trace replay agent agents tools eval design "
    "rag log logs fix feature branch update latest export download week day one two three llm genai assistant".split()
)
"""Never a name, alone or as a part of one."""
ACCOUNTS = frozenset(
    "git root admin administrator ubuntu debian fedora centos ec2-user azureuser jovyan vscode codespace gitpod pi "  # noqa: SIM905
    "kali postgres postgresql mysql redis mongodb nginx www-data nobody staff wheel daemon system user users runner "
    "app appuser docker vagrant jenkins circleci sandbox nonroot rootless host localhost username user-name my-user "
    "myuser your-user youruser yourname your-name your_name public shared linuxbrew macintosh node python conda "
    "airflow spark hadoop deploy service bot worker agent grader tester testuser test images uploads files disk data "
    "cdrom usb static downloads assets videos audio img tmp temp cache logs models datasets results outputs home "
    "people alice bob".split()
)
"""Accounts of machines, and folders that stand where a person's would: in lower case."""
PARTICLES = frozenset(
    "van von der den de del della da dos das di du la le les el al bin ibn ben af av ter ten zu zum y e san st".split()  # noqa: SIM905
)
"""Parts of names that say nothing alone."""
WORDS = frozenset(
    "abel able amber angel april archer array art august autumn axis bailey baker ball banks bar barber barn "  # noqa: SIM905
    "base bay bean bear bell berg best bill bird bishop bit black blue bold bond book bool booth boss bow box "
    "branch brand bright brook brooks brown bruce buck bull burn burns bush butler byte can carol carter case "
    "cash cell chance char chase chip christian church clark class clay cliff close cloud code col cole cook "
    "cooper cross crystal dale dan data date dawn day dean dell delta dict diff dim dollar don dot drew duke "
    "earl early east eden edge elf end enum epoch error eve ever exp faith fall false far farmer field fields "
    "file fill finn fish fisher float flora flower foo ford forest foster fox francis frank free french frost "
    "func gale gates gay gen gene get gold good grace grant graph gray green grey grove guy hall ham hand "
    "hardy harry hart hash hay head heath hello herb hill hit holly homer hood hope horn house html hunt "
    "hunter ice id image index int iris item ivory ivy jack jade jam jan jasmine jay jean jet jewel job john "
    "joy json judge julia june just kai key kim king knight lake lamb lambda land lane lang lark law lee len "
    "less level lib lily line linear link list little load log lone long loop lord lou love low luck ma major "
    "map mark marks marsh mason math matrix max may mean media melody mercy merit miles mill mills min misty "
    "mode model moon moore more moss name nelson net nil noble node none norm north nova null num oak obj "
    "olive open os page palm pan paris park parker parse part pat path paul pay peace pearl penny perl perry "
    "pet pierce pike pip plot pole pool pope porter post potter pound power price prime prince print pry queen "
    "query rag rain ram random range ratio ray read reed reef regex rich ring rob robin rock rod roman root "
    "rosa rose ross row ruby run rush sage sally sam sample sand sandy sap savage school score sea seed self "
    "set sharp shell shepherd short silver sim size sky small smart smith snow sol son song sort south span "
    "sparks split spring sql star stark steel step stern stock stone storm street string strong style sum "
    "summer sun swan swift sys table tag tail tan taylor teddy tell temple tensor test tex text thorn tiger "
    "tim time tip token tom tone town tree true tuple turner type uni user utf val value vance var vector "
    "victor view violet walker wall ward waters way web weeks well west white wild will wind winter wise with "
    "wolf wood woods word work wright yaml yard yes young zero zip".split()
)
"""Names that are also words of a text or of code: alone they are taken out only where they cannot be meant as words."""
