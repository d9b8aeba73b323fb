//! The guard's phrases, separated by `|`. They are folded as the text is, so case and look-alike letters don't matter.

/// Phrases that only make sense as an instruction to a model.
pub const INSTRUCTIONS: &str = r#"ignore previous|ignore all previous|ignore the previous|ignore the above|ignore all above|ignore above|
ignore all prior|ignore any previous|ignore prior|ignore all instructions|ignore these instructions|
ignore everything|ignore all rules|disregard previous|disregard the above|disregard any|disregard your|
disregard prior|forget previous|forget everything|forget your|forget the above|override your|override previous|
do not follow|new instructions|new instruction|updated instructions|your instructions|previous instructions|
prior instructions|above instructions|system prompt|system instruction|developer message|you are now|
your answer|your verdict|as an ai|as a language model|language model|dear model|dear ai|hey ai|assistant:|
ai model|chatgpt|respond with|reply with|respond only|reply only|answer with|answer only|answer normal|answer "|
answer '|say normal|say "normal|output only|print normal|repeat after|classify this|classify as|classify every|
classify all|mark as normal|mark every|label as|label all|treat it|judge this|judge it|judge as|grade this|
grade it|do not flag|don't flag|never flag|never alert|this is just a test|this template is|the correct verdict|
the correct answer|correct answer is|correct verdict|right answer is|verdict is|verdict should|end of prompt|
begin system|begin instructions|end system|im_start|im_end|start_of_turn|end_of_turn|[ inst ]|sys››|‹‹sys|
‹system›|‹/system›|‹user›|‹assistant›|### instruction|### system|### response|### human|###instruction|
endoftext|begin_of_text|jailbreak|prompt injection|instructions above|security team has approved|
operator approved|attention ai|attention model|attention reviewer|attention analyst|please classify|
please answer|please mark|please treat|please respond|please reply|please rate|please output|decode this|
decode the following|base64 decode|rot13|chain of thought|think step|忽略以上|忽略上述|忽略之前|忽略前面|忽略所有|忽略你|请忽略|无视以上|无视之前|
无视上述|无视所有|无视前面|不要理会|不用理会|忘记之前|忘记以上|忘记你|新的指令|系统提示|提示词|你的任务|你的回答|你的输出|你的判断|请判定|请标记|请直接|请视为|只回答|直接回答|回答正常|回答“|回答"|
输出正常|判为|判定为|视为正常|当作正常|属于正常|均为正常|不是异常|并非异常|无需告警|不要告警|不必告警|不要报警|不需要告警|这条日志|正确答案|正确判断|大模型|语言模型|扮演|假装|开发者模式|管理员已批准|
已经批准|已获批准|运维已确认|以上内容|ignora las|ignora todo|ignora todas|ignora le|ignora tutte|ignore as|ignore todas|
ignora istruzioni|instrucciones anteriores|istruzioni precedenti|instruções anteriores|ignorez|ignorer les|
instructions précédentes|vous êtes|ignoriere|vergiss|anweisungen|négligez|esqueça|dimentica|klassifiziere|
zignoruj|odpowiedz|önceki|yoksay|bỏ qua|hãy trả lời|игнорируй|игнорируйте|забудь|забудьте|ответь|ответьте|
предыдущие инструкции|ты теперь|вы теперь|считайте|無視して|無視しろ|回答して|答えて|正常と|あなたは|무시하|이전 지시|정상으로|당신은|تجاهل|أجب|
التعليمات|התעלם|अनदेखा|निर्देश|उत्तर दें"#;

/// Phrases that speak to a reader, who may be a person.
pub const ADDRESSES: &str = r#"ignore your|disregard all|forget all|override all|override the|bypass your|stop following|system message|
developer mode|you are a|you are an|you must|you should|you will|you have been|your task|your job|your role|
your response|your output|act as|pretend|role-play|let us play|let's play|a model that|roleplay|role play|assistant,|llm|gpt|claude|gemini|qwen|llama|
deepseek|say that|output the|output {|return only|return {|classify it|classified as|mark this|mark it|mark all|
label this|label it|rate this|rate it|score this|treat this|treat as|treat all|consider this|consider it|
flag this|do not report|don't report|do not alert|don't alert|never report|this is a test|this is only a test|
this line is|this log is|this message is|this entry is|this event is|the following is|verdict:|verdict=|
verdict":|is harmless|is benign|is normal|are normal|are harmless|are benign|is expected behavior|
is expected behaviour|false positive|no anomaly|not an anomaly|not anomalous|nothing to see|end of data|
end of log|end of input|human:|above text|text above|safety review|has been approved|already approved|
pre-approved|whitelisted by|note to|note for the|message to the|important:|please ignore|kindly|translate this|
translate the|step by step|忽略此|忽略本|忘掉|新指令|你是|你现在|你必须|你应该|你要|请你|请回答|请输出|请判断|请将|请把|请返回|只输出|直接输出|判断为|标记为|标为|归类为|
分类为|视作|都是正常|是正常的|为正常|一切正常|不要上报|这是测试|仅为测试|这只是|此条|本条|该日志|这行|以下是|人工智能|助手|误报|上面的|翻译|解码|responde|respondez|rispondi|
responda|tu es|eres un|sei un|você é|du bist|sie sind|antworte|bewerte|oublie|olvida|clasifica|classifica|
classez|classe cette|marque|markiere|negeer|antwoord|yanıtla|abaikan|jawab|считай|指示|出力して|답하|대답|أنت"#;

/// Words of judging: two different ones in one template are suspicious.
pub const JUDGING: &str = r#"normal|benign|harmless|anomaly|anomalous|severity|verdict|classify|classification|instruction|instructions|
prompt|json|judge|category|score|reviewer|analyst|ignore|disregard|false alarm|innocuous|safe|expected|info|正常|
异常|判定|判断|忽略|无害|严重程度|级别|评分"#;
