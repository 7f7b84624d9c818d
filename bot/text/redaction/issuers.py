"""Credentials whose issuers gave them a form that tells where they are from: hosts, code, packages and machines."""

# ruff: noqa: E501 - a rule is easier to read on one line

_PUBLIC_CLOUDS = r"""
aws access key | AKIA ASIA ABIA ACCA A3T | ~(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}
aws session token | FwoGZXIvYXdz IQoJb3JpZ2lu FQoGZXIvYXdz | (?:FwoGZXIvYXdz|IQoJb3JpZ2lu|FQoGZXIvYXdz)[A-Za-z0-9+/=%_-]{16,}
aws bedrock key | ABSK bedrock-api-key- | ~ABSK[A-Za-z0-9+/=]{40,}|bedrock-api-key-[A-Za-z0-9+/=_-]{16,}
aws appsync key | da2- | ~da2-[a-z0-9]{20,}
aws mws token | amzn.mws. | amzn\.mws\.[0-9A-Za-z-]{20,}
amazon client secret | amzn1.oa2 | amzn1\.oa2-cs\.v1\.[A-Za-z0-9]{20,}
google api key | AIza | AIza[\w-]{30,}
google oauth token | ya29. 1//0 4/0 | ~(?:ya29\.[\w.-]{10,}|1//0[\w-]{20,}|4/0[\w-]{30,})
google client secret | GOCSPX- | GOCSPX-[\w-]{20,}
google hmac key | GOOG | ~GOOG[A-Z0-9]{20,}
google service account key id | private_key_id | private_key_id\W{1,8}([0-9a-f]{32,})
firebase server key | :APA91b | ~[\w-]{8,}:APA91b[\w-]{100,}|AAAA[\w-]{7}:APA91b[\w-]{60,}
azure client secret | Q~ | ~[\w.~-]{3}[0-9]Q~[\w.~-]{26,}
azure key | == | ?~[A-Za-z0-9+/]{86}==
azure key | AzFu AzSe AzCa +ASt +ACR +ABa +AMC +ASb +AEh +ARm AIoT ACDb APIM JQQJ99 AAAAAC | ~[\w+/-]{30,76}(?:AzFu|AzSe|AzCa|\+ASt|\+ACR|\+ABa|\+AMC|\+ASb|\+AEh|\+ARm|AIoT|ACDb|APIM|JQQJ99|AAAAAC)[\w+/]{4,40}={0,2}
azure devops token | AZDO | ~[A-Za-z0-9]{40,80}AZDO[A-Za-z0-9]{2,8}
azure app service key | .azurewebsites.net | \.azurewebsites\.net/[^\s"']{0,300}[?&]code=([\w%/+=-]{16,})
alibaba access key | LTAI | ~LTAI[A-Za-z0-9]{12,}
tencent secret id | AKID | ~AKID[A-Za-z0-9]{20,}
yandex token | AQVN t1. y0_ y1_ y2_ y3_ | ~(?:AQVN[\w-]{30,}|t1\.[\w=-]{8,}\.[\w-]{60,}={0,2}|y[0-3]_[\w-]{30,})
yandex access secret | YC | ?~YC[\w-]{38}
scaleway key | SCW | ~SCW[A-Z0-9]{17,}
digitalocean token | doo_v1_ dop_v1_ dor_v1_ | do[opr]_v1_[A-Za-z0-9]{20,}
digitalocean spaces key | DO00 DO80 | ~DO(?:00|80)[A-Z0-9]{16,}
heroku key | HRKU- | HRKU-[\w-]{20,}
cloudflare token | v1.0- cfut_ cfat_ cfk_ | ~(?:v1\.0-[a-f0-9]{16,}-[a-f0-9]{60,}|cf(?:ut|at|k)_[\w-]{20,})
fly token | fo1_ fm1_ fm2_ fm1a_ fm1r_ FlyV1 | ~(?:fo1_[\w-]{20,}|fm(?:1[ar]?|2)_[A-Za-z0-9+/=,_-]{40,})
render token | rnd_ | ~rnd_[A-Za-z0-9]{20,}
vercel token | vcp_ vci_ vca_ vcr_ vck_ vercel_blob_rw_ | ~(?:vc[piark]_|vercel_blob_rw_)[A-Za-z0-9_]{20,}
netlify token | nfp_ nfc_ nfu_ nfo_ nfb_ | ~nf[pcuob]_[A-Za-z0-9]{20,}
supabase key | sbp_ sb_secret_ | ~(?:sbp_(?:oauth_|v0_)?[a-f0-9]{20,}|sb_secret_[\w-]{16,})
planetscale token | pscale_ | pscale_(?:tkn|oauth|pw)_[\w.=-]{20,}
neon key | napi_ | ~napi_[a-z0-9]{32,}
akamai token | akab- | ~akab-[a-z0-9]{12,}-[a-z0-9]{12,}
openshift token | sha256~ | sha256~[\w-]{30,}
rancher token | kubeconfig- token- | ~(?:token|kubeconfig-[\w-]{1,20})-?[a-z0-9]{5}:[a-z0-9]{40,}
kubernetes bootstrap token | /(?i:bootstrap|--token)/ | (?i:bootstrap|--token)[\w\s:="'-]{1,24}\b([a-z0-9]{6}\.[a-z0-9]{16})\b
exoscale key | EXO | ~EXO[a-f0-9]{20,}
oracle token | ocid1.credential | ocid1\.credential\.[\w.-]{20,}
"""

_VAULTS = r"""
vault token | hvs. hvb. hvr. | hv[sbr]\.[\w-]{20,}
vault token | /[sbr]\.[A-Za-z0-9]{24}/ | ?~[sbr]\.[A-Za-z0-9]{24}\b
terraform token | .atlasv1. | ~[A-Za-z0-9]{8,20}\.atlasv1\.[\w=-]{40,}
doppler token | dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit. dp.said. | ~dp\.(?:pt|ct|sa|scim|audit|said|st(?:\.[\w-]{1,40})?)\.[A-Za-z0-9]{20,}
1password key | A3- ops_eyJ | ~(?:A3-[A-Z0-9]{6}-(?:[A-Z0-9]{5,11}-){3,5}[A-Z0-9]{5,6}|ops_eyJ[\w+/=-]{40,})
infisical token | /st\.[a-f0-9-]{24}/ | ~st\.[a-f0-9-]{24,36}\.[a-f0-9]{32}\.[a-f0-9]{32}
pulumi token | pul- | ~pul-[a-f0-9]{32,}
bitwarden token | /0\.[0-9a-f]{8}-/ | ~0\.[0-9a-f-]{36}\.[A-Za-z0-9]{20,}:[A-Za-z0-9+/=]{16,}
akeyless token | /p-[a-z0-9]{12}\./ | ~p-[a-z0-9]{12}\.[A-Za-z0-9+/=]{30,}
nkey seed | /S[ACNOUX][A-Z2-7]{40}/ | ~S[ACNOUX][A-Z2-7]{40,}
paseto | v1.local. v2.local. v3.local. v4.local. k1. k2. k3. k4. | ~(?:v[1-4]\.local\.[\w-]{16,}(?:\.[\w-]*)?|k[1-4]\.(?:secret|local|seal)[\w-]*\.[\w-]{16,}(?:\.[\w-]*)*)
swarm token | SWMTKN- | SWMTKN-[\w-]{30,}
keeper token | US: EU: AU: | ~(?:US|EU|AU|CA|JP|GOV):[\w-]{43}\b
snyk token | snyk_ | ~snyk_(?:uat|sat|oat)\.[\w.-]{16,}
sonar token | sqa_ sqp_ squ_ sqb_ | ~sq[apub]_[a-f0-9]{32,}
gitguardian token | gg_ ggtt- | ~(?:gg_(?:pat|sat)_|ggtt-v-)[\w-]{16,}
endor token | endr+ | ~endr\+[\w-]{16,}
tailscale key | tskey- | tskey-[a-z]{2,12}-[\w-]{10,}
ngrok token | ngrok ak_ cr_ NGROK | ~(?:ak|cr|ngrok)_[12][A-Za-z0-9]{20,}|(?i:ngrok)\W{0,3}\w{0,16}\W{1,5}([12][A-Za-z0-9]{26}_[A-Za-z0-9]{21})
cloudsmith key | csk_ | ~csk_[A-Za-z0-9]{20,}
octopus key | API- | ~API-[A-Z0-9]{25,}
harness token | pat. sat. | ~(?:pat|sat)\.[\w-]{20,24}\.[A-Za-z0-9]{20,}\.[A-Za-z0-9]{16,}
prefect key | pnu_ pnb_ | ~pn[ub]_[A-Za-z0-9]{30,}
intra42 secret | s-s4t2 | s-s4t2(?:ud|af)-[a-f0-9]{40,}
adobe client secret | p8e- | ~p8e-[A-Za-z0-9-]{28,}
scalingo token | tk-us- | tk-us-[\w-]{30,}
authress key | .acc | ~(?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][\w.+/=-]{30,}
definednet key | dnkey- | ~dnkey-[A-Za-z0-9=_-]{20,}
"""

_CODE_HOSTS = r"""
github token | ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ v1. | gh[oprsu]_[A-Za-z0-9_]{16,}|github_pat_[A-Za-z0-9_]{20,}|~v1\.[0-9a-f]{40}
gitlab token | glpat- gldt- glrt- glrtr- glcbt- glptt- glft- glimt- glagent- glsoat- glffct- glwt- gloas- GR1348941 | gl(?:pat|dt|rtr?|cbt|ptt|ft|imt|agent|soat|ffct|wt|oas)-[\w.-]{16,}|GR1348941[\w-]{16,}
gitlab session | _gitlab_session | _gitlab_session=([0-9a-z]{20,})
bitbucket token | ATBB BBDC- | ~ATBB[A-Za-z0-9_=-]{20,}|BBDC-[A-Za-z0-9+/@_-]{20,}
atlassian token | ATATT3 ATCTT3 ATSTT3 | AT[ACS]TT3[\w=+/-]{30,}
sourcegraph token | sgp_ slk_ sgd_ sgs_ | ~(?:sgp_(?:[a-fA-F0-9]{16}_|local_)?[a-fA-F0-9]{32,}|(?:slk|sgd|sgs|sgph)_[a-f0-9_]{32,})
jfrog token | AKCp cmVmdGtuOj | ~(?:AKCp[0-9][A-Za-z0-9]{50,}|cmVmdGtuOj[A-Za-z0-9+/=]{30,})
circleci token | CCIPAT_ CCIPRJ_ | CCIP(?:AT|RJ)_[A-Za-z0-9_]{20,}
buildkite token | bkua_ bkaj_ bkct_ bkst_ bkpt_ | ~bk(?:ua|aj|ct|st|pt|at)_[A-Za-z0-9]{20,}
wundergraph token | cosmo_ | ~cosmo_[a-f0-9]{24,}
wakatime key | waka_ | ~waka_(?:tok_)?[\w-]{20,}
npm token | npm_ | ~npm_[A-Za-z0-9]{30,}
pypi token | pypi-Ag | pypi-Ag[\w-]{30,}
docker token | dckr_pat_ dckr_oat_ | dckr_[op]at_[\w-]{20,}
rubygems key | rubygems_ | rubygems_[A-Za-z0-9]{30,}
nuget key | oy2 | ~oy2[a-z0-9]{43}
crates.io token | cio | ~cio[A-Za-z0-9]{32}
clojars token | CLOJARS_ | CLOJARS_[A-Za-z0-9]{30,}
phabricator token | api- cli- | ?~(?:api|cli)-[a-z0-9]{28}\b
postman key | PMAK- | PMAK-[A-Fa-f0-9]{20,}-[A-Fa-f0-9]{20,}
"""

TABLES = (_PUBLIC_CLOUDS, _VAULTS, _CODE_HOSTS)
