{{- define "logboom.name" -}}
{{- .Release.Name | trunc 55 | trimSuffix "-" -}}
{{- end -}}

{{- define "logboom.labels" -}}
app.kubernetes.io/name: logboom
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}
