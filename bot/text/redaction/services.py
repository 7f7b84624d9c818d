"""Credentials whose issuers gave them a form that tells where they are from: talk, money, mail, watching, models."""

# ruff: noqa: E501 - a rule is easier to read on one line

_TALK = r"""
slack token | xoxa xoxb xoxc xoxd xoxe xoxo xoxp xoxr xoxs xapp- xwfp- | xox[a-eopr-s](?:\.xox[bp])?-[\w%+/=.-]{6,}|xapp-[\w-]{6,}|xwfp-[\w-]{8,}
slack webhook | hooks.slack | hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/([\w/+-]{10,})
discord token | /[\w-]{22}\.[\w-]{6}|mfa\./ | ~[MNO][\w-]{22,28}\.[\w-]{6,7}\.[\w-]{26,}|mfa\.[\w-]{80,}
discord webhook | /api/webhooks/ | /api/(?:v\d+/)?webhooks/(\d{15,21}/[\w-]{40,})
telegram token | :A | /bot([0-9]{6,12}:A[\w-]{32,})|~[0-9]{6,12}:A[\w-]{32,}
teams webhook | webhook.office.com webhookb2 | webhook(?:b2)?\.office(?:365)?\.com/[\w/@-]{0,120}?(?:IncomingWebhook/|webhookb?2?/)([\w/@-]{30,})|webhookb2/([\w/@-]{30,})
google chat webhook | chat.googleapis.com | chat\.googleapis\.com/v1/spaces/[\w-]+/messages\?(\S{20,})
zapier webhook | hooks.zapier.com | hooks\.zapier\.com/hooks/catch/([\w/]{8,})
ifttt key | maker.ifttt.com | maker\.ifttt\.com/\S{1,200}/key/([\w-]{8,})
pipedream webhook | .m.pipedream.net | ([a-z0-9]{10,})\.m\.pipedream\.net
webex token | _PF84_ _P0A1_ | ~[\w-]{40,}_P(?:F84|0A1)_[0-9a-f-]{36}
twitch token | oauth: | oauth:([a-z0-9]{20,})
twilio key | /(?:AC|[SP]K)[0-9a-fA-F]{32}/ | ~(?:AC|[SP]K)[0-9a-fA-F]{32}\b
"""

_MONEY = r"""
stripe key | sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_ pk_live_ pk_test_ pk_prod_ whsec_ sk_org_ ek_ | ~(?:[spr]k_(?:live|test|prod|org_live|org_test)_[A-Za-z0-9]{8,}|whsec_[A-Za-z0-9+/=]{16,}|ek_(?:live|test)_\w{16,})
square token | sq0 EAAA | sq0[a-z]{3}-[\w-]{20,}|~EAAA[\w-]{56,}
paypal token | access_token$ A21AA | access_token\$[a-z]{4,12}\$[A-Za-z0-9]{8,}\$[A-Za-z0-9]{20,}|~A21AA[\w-]{40,}
braintree key | sandbox_ production_ development_ | (?:sandbox|production|development)_[a-z0-9]{6,12}_[a-z0-9]{14,20}
adyen key | AQE AQF | ~AQ[EF][\w+/=-]{40,}(?:[.=-][^\s"']{8,120})?
adyen token | ws@Company. | ws@Company\.[^\s"']{8,}
flutterwave key | FLWSECK FLWPUBK FLWENC | FLW(?:SECK|PUBK)(?:_TEST)?-[A-Za-z0-9]{10,}(?:-X)?
razorpay key | rzp_ | rzp_(?:live|test)_[A-Za-z0-9]{10,}
plaid token | access-sandbox- access-development- access-production- | access-(?:sandbox|development|production)-[0-9a-f-]{30,}
easypost key | EZAK EZTK | ~EZ[AT]K[A-Za-z0-9]{40,}
shippo token | shippo_ | shippo_(?:live|test)_[a-fA-F0-9]{30,}
duffel token | duffel_ | duffel_(?:test|live)_[\w=-]{30,}
shopify token | shpat_ shpca_ shppa_ shpss_ shpua_ shptka_ shpit_ | shp(?:at|ca|pa|ss|ua|tka|it)_[A-Za-z0-9]{20,}
brex token | bxt_ | ~bxt_[A-Za-z0-9]{20,}
coinbase key | apiKeys/ | apiKeys/([0-9a-f-]{36})
wepay token | PRODUCTION_ STAGE_ | ~(?:PRODUCTION|STAGE)_[a-z0-9]{60,}
paddle key | pdl_ | ~pdl_(?:live|sdbx)_(?:apikey|ntfset)_[\w]{16,}
lemonsqueezy key | lmsq | ~lmsq\w{0,4}_[A-Za-z0-9]{20,}
xendit key | xnd_ | ~xnd_(?:production|development|public)_[\w]{20,}
midtrans key | -server- | ~(?:SB-)?Mid-(?:server|client)-[\w-]{16,}
mercadopago token | APP_USR- TEST- | ~(?:APP_USR|TEST)-[0-9]{12,}-[0-9]{6}-[a-f0-9]{32}[\w-]*
"""

_MAIL = r"""
sendgrid key | SG. | ~SG\.[\w-]{12,}\.[\w-]{20,}
mailgun key | key- pubkey- | ~(?:pub)?key-[a-f0-9]{28,}
mailgun key | /[a-f0-9]{8}-[a-f0-9]{8}-/ | ~[a-f0-9]{32}-[a-f0-9]{8}-[a-f0-9]{8}\b
mailchimp key | /-us[0-9]/ | ~[\w-]{32}-us[0-9]{1,2}\b
mandrill key | md- | ~md-[\w-]{22}\b
brevo key | xkeysib- xsmtpsib- | x(?:key|smtp)sib-[a-f0-9]{40,}(?:-[A-Za-z0-9]{12,})?
resend key | re_ | ~re_[A-Za-z0-9]{6,12}_[A-Za-z0-9]{16,}
mailersend token | mlsn. | ~mlsn\.[a-f0-9]{40,}
klaviyo key | pk_ | ~pk_[a-f0-9]{30,}
hubspot token | pat-na pat-eu pat-ap | ~pat-(?:na|eu|ap)\d-[0-9a-fA-F-]{30,}
beamer key | /b_[a-z0-9=_-]{40}/ | ?~b_[a-z0-9=_-]{44}\b
onesignal key | os_v2_ | ~os_v2_(?:app|org)_[a-z0-9]{40,}
intercom token | dG9rO | ~dG9rO[A-Za-z0-9+/=_-]{30,}
sendinblue key | sib | ~sib[a-z]{0,3}-[a-f0-9]{40,}
"""

_WATCHING = r"""
new relic key | NRAK- NRAA- NRII- NRIQ- NRJS- NRRA- NRBR- NRSP- NRAL | ~NR(?:AK|AA|II|IQ|JS|RA|BR|SP)-[\w-]{16,}|[\w]{30,36}NRAL
sentry token | sntrys_ sntryu_ sntrya_ sntryi_ | sntry[suai]_[\w+/=-]{20,}
sentry dsn | sentry @o | //([0-9a-f]{24,}(?::[0-9a-f]{24,})?)@
grafana token | glc_ glsa_ eyJrIjoi | ~(?:glc_[\w+/=-]{24,}|glsa_[\w-]{24,}|eyJrIjoi[\w+/-]{30,}={0,2})
pagerduty key | u+ | ~u\+[\w-]{18}\b
dynatrace token | dt0 | ~dt0[a-z][0-9]{2}\.[A-Za-z0-9]{16,}(?:\.[A-Za-z0-9]{32,})?
honeycomb key | hcaik_ hcalk_ hcbik_ hcxik_ hcxmk_ hcamk_ | ~hc[abx][a-z]{2}_[a-z0-9]{24,}
checkly key | cu_ | ~cu_[a-f0-9]{30,}
launchdarkly key | sdk- api- mob- rel- | ~(?:sdk|api|mob|rel)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
statsig key | secret- client- console- | ~(?:secret|console)-[A-Za-z0-9]{30,}
posthog key | phc_ phx_ phs_ pha_ phr_ | ~ph[cxsar]_[A-Za-z0-9]{30,}
elastic key | essu_ | ~essu_[A-Za-z0-9+/=]{30,}
axiom token | xaat- xapt- xait- | ~xa[api][it]-[0-9a-f-]{30,}
logfire token | pylf_ | ~pylf_v\d_[a-z]{2}_[\w]{20,}
cribl token | crbl_ | ~crbl_[\w-]{20,}
mapbox token | .eyJ | ~[pst]k\.eyJ[\w-]{16,}\.[\w-]{16,}
datadog key | /pub[a-f0-9]{32}/ | ~pub[a-f0-9]{32}\b
"""

_MODELS = r"""
anthropic key | sk-ant- | sk-ant-[\w-]{16,}
openai key | sk- sess- | ~(?:sk-[A-Za-z0-9][\w-]{18,}|sess-[A-Za-z0-9]{32,})
hugging face token | hf_ api_org_ | ~(?:hf_[\w-]{28,}|api_org_[\w-]{28,})
replicate token | r8_ | ~r8_[A-Za-z0-9]{30,}
groq key | gsk_ | ~gsk_[A-Za-z0-9]{30,}
perplexity key | pplx- | pplx-[\w-]{30,}
xai key | xai- | ~xai-[A-Za-z0-9]{40,}
llama key | llx- | ~llx-[\w-]{30,}
riot key | RGAPI- | RGAPI-[0-9a-f-]{30,}
together key | tgp_v1_ | ~tgp_v1_[\w-]{30,}
fireworks key | fw_ | ~fw_[A-Za-z0-9]{20,}
langsmith key | lsv2_ | lsv2_(?:pt|sk)_[a-f0-9]{20,}_[a-f0-9]{8,}
langfuse key | sk-lf- pk-lf- | ~[sp]k-lf-[0-9a-f-]{30,}
pinecone key | pcsk_ | pcsk_[\w]{20,}
wandb key | wandb_v | wandb_v\d_[\w-]{30,}
jina key | jina_ | ~jina_[A-Za-z0-9_-]{30,}
tavily key | tvly- | ~tvly-[\w-]{16,}
nvidia key | nvapi- | nvapi-[\w-]{30,}
cerebras key | csk- | ~csk-[a-z0-9]{30,}
voyage key | pa- | ~pa-[\w-]{40,}
databricks token | dapi dose dkea | ~d(?:api|ose|kea)[a-f0-9]{30,}(?:-\d)?
exa key | exa_ | ~exa_[\w-]{20,}
cursor key | key_ | ~key_[a-f0-9]{40,}
elevenlabs key | sk_ xi- | ~sk_[a-f0-9]{40,}
"""

_OTHERS = r"""
ntlm message | TlRMTVNTUA | TlRMTVNTUA[A-Za-z0-9+/=]{8,}
linear key | lin_api_ lin_oauth_ lin_wh_ | lin_(?:api|oauth|wh)_[A-Za-z0-9]{20,}
notion token | secret_ ntn_ | ~(?:secret_[A-Za-z0-9]{40,}|ntn_[A-Za-z0-9]{30,})
figma token | figd_ figdr_ figo figu figdh_ | ~fig(?:dr?|dh|or?h?|ur?h?)_[\w-]{30,}
airtable token | /pat[A-Za-z0-9]{14}\./ | ~pat[A-Za-z0-9]{14}\.[a-f0-9]{40,}
asana token | /:[a-f0-9]{32}/ | ~[0-2]/[0-9]{12,20}(?:/[0-9]{12,20})?:[a-f0-9]{32}
clickup token | pk_ | ~pk_[0-9]{4,12}_[A-Z0-9]{24,}
trello token | ATTA | ATTA[a-f0-9]{50,}
contentful token | CFPAT- | CFPAT-[\w-]{30,}
typeform token | tfp_ | ~tfp_[\w.=-]{30,}
readme key | rdme_ | ~rdme_[a-z0-9]{40,}
frame.io token | fio-u- | ~fio-u-[\w=-]{30,}
dropbox token | sl. | ~sl\.(?:u\.)?[\w=-]{60,}
facebook token | EAA | ~EAA[A-Z][A-Za-z0-9]{28,}
facebook token | /[0-9]{13}(?:\||%7[Cc])/ | ?~[0-9]{13,17}(?:\||%7[Cc])[\w-]{20,40}
instagram token | IGQ IGA | ~IG(?:Q|AA)[\w-]{30,}
twitter token | AAAAAAAAAA | ~A{16,}[A-Za-z0-9%+/=]{20,}
linkedin secret | WPL_AP | WPL_AP\d?\.[\w.=]{10,}
okta token | /(?i:ssws)/ | (?i:ssws)\s+([\w-]{30,})
salesforce token | 00D 5Aep861 | ~00D[A-Za-z0-9]{12,15}(?:!|%21)[\w.]{60,}|5Aep861[\w.]{60,}
settlemint token | sm_pat_ sm_aat_ sm_sat_ | sm_(?:pat|aat|sat)_[A-Za-z0-9]{12,}
maxmind key | _mmk | ~[A-Za-z0-9]{6}_[A-Za-z0-9]{20,}_mmk
rapidapi key | msh | ~[a-z0-9]{8,12}msh[a-z0-9]{12,18}p1[a-z0-9]{5,7}jsn[a-z0-9]{10,14}
sanity token | /sk[A-Za-z0-9]{40}/ | ~sk[A-Za-z0-9]{80,}
apify token | apify_api_ | apify_api_[A-Za-z0-9]{20,}
clerk or stripe key | sk_ | ~sk_(?:live|test)_[\w-]{20,}
webflow token | ws- | ~ws-[a-f0-9]{60,}
microsoft refresh token | 0.A M. | ~(?:0|1)\.A[\w-]{4,60}\.[\w-]{100,}|M\.[CR]\d{1,4}_\w{2,4}\.[\w!*$.-]{40,}
saml response | PHNhbWxwO PHNhbWwyc | (?:PHNhbWxwO|PHNhbWwyc)[A-Za-z0-9+/=%\s]{60,}
shared access signature | /(?i:sig=)/ | [?&;](?i:sig)=([\w%+/=-]{20,})
signed url | /(?i:signature=|credential=|security-token=|accesskeyid=|policy=|hdnts=|hdnea=)/ | (?i)(?:x-(?:amz|goog|oss|tos|cos|obs)-(?:signature|credential|security-token)|[?&]signature|[?&]q-signature|[?&]ossaccesskeyid|[?&]policy|hdnts|hdnea)=([^\s&"'<>\\]{8,})
google access id | /(?i:GoogleAccessId)/ | (?i)GoogleAccessId=([^\s&"'<>\\]{8,})
"""

TABLES = (_TALK, _MONEY, _MAIL, _WATCHING, _MODELS, _OTHERS)
